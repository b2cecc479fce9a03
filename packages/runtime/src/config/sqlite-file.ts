import { closeSync, openSync, readSync } from 'node:fs';
import { dirname } from 'node:path';
import { Refusal } from './error.ts';
import { checkFile, checkFolder } from './folder.ts';

const magic = Buffer.from('SQLite format 3\0', 'latin1');
const remedy = 'name another database with -u or MONITOR_SERVER_DATABASE_URI';

const head = (path: string): Buffer => {
  const file = openSync(path, 'r');
  try {
    const bytes = Buffer.alloc(magic.length);
    return bytes.subarray(0, readSync(file, bytes, 0, bytes.length, 0));
  } finally {
    closeSync(file);
  }
};

/**
 * Refuses a path at which SQLite could not work: the folder must take new files (SQLite keeps its journal
 * beside the database), and what is already there must be a database or empty.
 */
export const checkSqliteFile = (path: string): void => {
  checkFolder(dirname(path), remedy);
  if (checkFile(path, remedy) === 'absent') return;
  const start = head(path);
  if (start.length > 0 && !start.equals(magic))
    throw new Refusal(`${path} is not a SQLite database; ${remedy}`);
};
