import type { Database } from 'better-sqlite3';
import { deleteFile, NotOursError, own } from './ownership.ts';
import { unpack, type Payload } from './payload.ts';
import { prepareStatements, SCHEMA, VERSION } from './statements.ts';

/** A batch as a file keeps it. */
export interface PackedBatch {
  readonly id: string;
  readonly records: number;
  readonly payload: Payload;
}

/** So many batches, with so many records, that take so many bytes as they are kept. */
export interface Amount {
  batches: number;
  records: number;
  bytes: number;
}

/** A spool file that this process owns. */
export interface SpoolFile {
  readonly path: string;
  /** Adds batches in one transaction that is synced to the disk; those that are there already stay as they are. */
  append(batches: readonly PackedBatch[]): void;
  /** The oldest batches as JSON: `limit` of them, or fewer where they are large. */
  oldest(limit: number): string[];
  /** Takes batches out. Never fails: what cannot be deleted, on a full disk say, is not offered again all the same. */
  remove(ids: readonly string[]): void;
  /** What is still to be delivered. */
  readonly waiting: Readonly<Amount>;
  /** What cannot be read, as far as that was noticed. */
  readonly damaged: Readonly<Amount>;
  /** When the oldest batch came in, in milliseconds since 1970; Infinity when there is none. */
  oldestAt(): number;
  /** Gives the file up as it is; the next owner finds all that was not removed. */
  close(): void;
  /** Deletes the file. */
  discard(): void;
}

/** So much JSON is read at once, at most: it is in memory until the queue has taken it. */
const READ_LIMIT = 1024 * 1024;

const PAGE_SIZE = 4_096;

/**
 * Makes a file, which may take `sizeLimit` bytes. The name must be unique. Throws where that fails; whoever looks for
 * files to adopt may get hold of it before it is locked, and another name will do then.
 */
export function createFile(path: string, sizeLimit: number | undefined): SpoolFile {
  let db: Database | undefined;
  try {
    db = own(path, { create: true });
    if (sizeLimit !== undefined) db.pragma(`max_page_count = ${Math.ceil(sizeLimit / PAGE_SIZE)}`);
    db.transaction((made: Database) => made.exec(SCHEMA)).exclusive(db);
    return createSpoolFile(path, db);
  } catch (error) {
    db?.close();
    deleteFile(path);
    throw error;
  }
}

/** Becomes the owner of a file whose process is gone. Throws a NotOursError where it has an owner. */
export function adoptFile(path: string): SpoolFile {
  const db = own(path, { create: false });
  try {
    const version = db.pragma('user_version', { simple: true }) as number;
    if (version > VERSION) throw new Error(`its format is number ${version}, this process knows ${VERSION}`);
    if (version === VERSION) return createSpoolFile(path, db);
    // Its process ended before the table was made.
    deleteFile(path);
    throw new NotOursError('it was never used');
  } catch (error) {
    db.close();
    throw error;
  }
}

function createSpoolFile(path: string, db: Database): SpoolFile {
  db.pragma('wal_autocheckpoint = 4096');
  db.pragma('journal_size_limit = 16777216');
  db.pragma('temp_store = MEMORY');
  const sql = prepareStatements(db);
  // Counted once, then kept up: it is asked for a few times a second.
  const waiting = sql.amount.get() as Amount;
  const damaged: Amount = { batches: 0, records: 0, bytes: 0 };

  const insertAll = db.transaction((batches: readonly PackedBatch[]) => {
    const now = Date.now();
    return batches
      .map((batch) => ({ ...batch, bytes: Buffer.byteLength(batch.payload), now }))
      .filter((row) => sql.insert.run(row).changes > 0);
  });

  function pass(id: string, isDamaged: boolean): void {
    const found = sql.pass.get({ id, damaged: Number(isDamaged) }) as Omit<Amount, 'batches'> | undefined;
    if (found === undefined) return;
    add(waiting, found, -1);
    if (isDamaged) add(damaged, found, 1);
  }

  return {
    path,
    waiting,
    damaged,
    append(batches) {
      for (const row of insertAll.immediate(batches)) add(waiting, row, 1);
    },
    oldest(limit) {
      const found: string[] = [];
      const unreadable: string[] = [];
      let size = 0;
      for (const { id, payload } of sql.oldest.iterate(limit) as Iterable<PackedBatch>) {
        try {
          const json = unpack(payload);
          found.push(json);
          size += json.length;
        } catch {
          unreadable.push(id);
        }
        if (size >= READ_LIMIT) break;
      }
      for (const id of unreadable) pass(id, true);
      return found;
    },
    remove(ids) {
      for (const id of ids) pass(id, false);
      try {
        sql.deletePassed.run();
        sql.forgetPassed.run();
      } catch {
        // The next removal tries it again. After a crash they are offered again; their ids make that harmless.
      }
    },
    oldestAt: () => (sql.oldestAt.get() as number | undefined) ?? Infinity,
    close() {
      db.close();
    },
    discard() {
      // While the lock is held, or another process could adopt what is about to go.
      deleteFile(path);
      db.close();
    },
  };
}

function add(amount: Amount, { records, bytes }: Omit<Amount, 'batches'>, batches: 1 | -1): void {
  amount.batches += batches;
  amount.records += batches * records;
  amount.bytes += batches * bytes;
}
