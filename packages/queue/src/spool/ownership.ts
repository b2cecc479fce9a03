import { existsSync, renameSync, rmSync } from 'node:fs';
import Database from 'better-sqlite3';

/** A file that belongs to another process, or that is no more. */
export class NotOursError extends Error {}

/**
 * Opens a spool file and becomes its owner: the only one that reads and writes it. The operating system's lock says so.
 * It ends with the process however that ends, and holds between containers, whatever their process ids are. Throws a
 * NotOursError where the file has an owner.
 */
export function own(path: string, { create }: { create: boolean }): Database.Database {
  const db = new Database(path, { timeout: 0, fileMustExist: !create });
  try {
    // In this mode the first access locks the file for good, and the log's index is in memory, not in a shared file.
    db.pragma('locking_mode = EXCLUSIVE');
    db.pragma('synchronous = FULL');
    db.pragma('journal_mode = WAL');
  } catch (error) {
    db.close();
    throw (error as { code?: string }).code === 'SQLITE_BUSY' ? new NotOursError('it has an owner') : error;
  }
  if (existsSync(path)) return db;
  // Its owner deleted it after we had opened it, and only then let the lock go.
  db.close();
  throw new NotOursError('it was deleted');
}

/** Deletes a file. Its owner does that before it lets the lock go, or another process could adopt what is about to go. */
export function deleteFile(path: string): void {
  for (const suffix of ['', '-wal', '-journal']) rmSync(`${path}${suffix}`, { force: true });
}

/** Renames a file that is damaged, so that nobody tries it again, and its log with it. Gives the new path. */
export function setAside(path: string): string {
  const aside = `${path}.corrupt`;
  if (existsSync(`${path}-wal`)) renameSync(`${path}-wal`, `${aside}-wal`);
  renameSync(path, aside);
  return aside;
}
