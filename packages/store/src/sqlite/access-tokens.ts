import { scopes, type Scope } from '@monitor-server/contract/values';
import Database from 'better-sqlite3';
import { accessTokenOf, type AccessToken, type AccessTokenRow, type AccessTokens } from '../access-tokens.ts';
import { StoreError } from '../store.ts';
import { openForReading, openForWriting, type Connection } from './database.ts';

type Row = Omit<AccessTokenRow, 'scopes'> & { scopes: string };

const LIST = `SELECT name, digest, scopes, created_at AS createdAt, expires_at AS expiresAt, revoked_at AS revokedAt,
  last_used_at AS lastUsedAt FROM access_token ORDER BY name`;
const CREATE = 'INSERT OR IGNORE INTO access_token VALUES (?, ?, ?, ?, ?, NULL, NULL)';
const REVOKE = 'UPDATE access_token SET revoked_at = coalesce(revoked_at, ?) WHERE name = ?';
const EXPIRE = 'UPDATE access_token SET expires_at = ? WHERE name = ?';
const NOTE_USE = 'UPDATE access_token SET last_used_at = max(coalesce(last_used_at, 0), ?) WHERE digest = ?';

const isScope = (text: string): text is Scope => (scopes as readonly string[]).includes(text);

function tokenOf({ scopes: joined, ...row }: Row): AccessToken {
  return accessTokenOf({ ...row, scopes: joined.split(',').filter(isScope) });
}

/** So that it can be done by a process that answers requests: it neither waits for the writer nor for the disk. */
function openForNoting(path: string): Connection {
  const db = new Database(path, { fileMustExist: true, timeout: 0 });
  db.pragma('synchronous = NORMAL');
  db.pragma('wal_autocheckpoint = 0');
  return db;
}

/**
 * Gives the access tokens in a SQLite file, beside whatever else reads and writes it. The file is opened for each call,
 * which takes a fraction of a millisecond; `create`, `revoke` and `expire` make it, or bring its schema up to date.
 */
export function createSqliteAccessTokens(path: string): AccessTokens {
  function using<T>(open: (path: string) => Connection, work: (db: Connection) => T): T {
    let db: Connection | undefined;
    try {
      db = open(path);
      return work(db);
    } catch (error) {
      if (error instanceof StoreError) throw error;
      const message = `the database cannot be used: ${(error as Error).message}`;
      throw new StoreError('broken', message, { cause: error });
    } finally {
      db?.close();
    }
  }

  /** Whether a statement changed anything. */
  async function change(statement: string, ...values: unknown[]): Promise<boolean> {
    return using(openForWriting, (db) => db.prepare(statement).run(values).changes > 0);
  }

  return {
    list: async () => using(openForReading, (db) => (db.prepare(LIST).all() as Row[]).map(tokenOf)),
    create: ({ name, digest, scopes: given, createdAt, expiresAt }) =>
      change(CREATE, name, digest, given.join(','), createdAt, expiresAt ?? null),
    revoke: (name, at) => change(REVOKE, at, name),
    expire: (name, at) => change(EXPIRE, at, name),
    async noteUses(uses) {
      try {
        using(openForNoting, (db) => {
          const note = db.prepare(NOTE_USE);
          db.transaction(() => {
            for (const [digest, at] of uses) note.run(at, digest);
          }).immediate();
        });
        return true;
      } catch {
        return false;
      }
    },
    close: () => Promise.resolve(),
  };
}
