import { resolve } from 'node:path';
import { ConfigError, type Source } from '@monitor-server/runtime/config';
import { backupSqlite, restoreSqlite, type Contents } from '@monitor-server/store';
import { onDatabase } from './database.ts';
import { readArguments } from './usage.ts';

const BACKUP = `Copies the database of MONITOR_SERVER_DATABASE_URI, as it is at one moment, while the server runs.
  backup FILE    FILE must not exist; beside a copy of PostgreSQL, FILE.json says what it holds`;

const RESTORE = `Puts a copy into the database of MONITOR_SERVER_DATABASE_URI, which must hold nothing yet; stop the server before.
  restore FILE   what a backup of the same kind of database made`;

/** What a copy holds, a line each. */
export function describeContents(contents: Contents): string[] {
  const width = Math.max(...Object.keys(contents).map((table) => table.length));
  return Object.entries(contents).map(
    ([table, rows]) => `${table.padEnd(width)}  ${rows.toLocaleString('en-US').padStart(13)}`,
  );
}

function fileIn({ argv, cwd }: Source, usage: string): string {
  const [file, ...rest] = readArguments(argv, {}, usage).positionals;
  if (file === undefined || rest.length > 0) throw new ConfigError(usage);
  return resolve(cwd, file);
}

/** Makes a backup. Throws a ConfigError where that cannot be done. */
export async function backup(source: Source): Promise<string[]> {
  const file = fileIn(source, BACKUP);
  return onDatabase(source, async (database) => {
    if (database.kind === 'sqlite') {
      return [`${file} holds, whole and synced:`, ...describeContents(backupSqlite(database.path, file))];
    }
    const { backupPostgres } = await import('@monitor-server/store/postgres');
    const contents = await backupPostgres({ uris: database.uris, file });
    return [`${file} holds:`, ...describeContents(contents)];
  });
}

/** Restores a backup. Throws a ConfigError where that cannot be done. */
export async function restore(source: Source): Promise<string[]> {
  const file = fileIn(source, RESTORE);
  return onDatabase(source, async (database) => {
    if (database.kind === 'sqlite') {
      const contents = restoreSqlite(file, database.path);
      return [`${database.path} holds what the copy holds:`, ...describeContents(contents)];
    }
    const { restorePostgres } = await import('@monitor-server/store/postgres');
    const { contents, isCompared } = await restorePostgres({ uris: database.uris, file });
    const remark = isCompared
      ? `${database.shown} holds what the copy holds:`
      : `${database.shown} holds this, which is not compared with the copy, because there is no ${file}.json:`;
    return [remark, ...describeContents(contents)];
  });
}
