import { StoreError } from '../store.ts';

/** A failure of the disk or the file, whatever the record: these codes and their extended forms. */
const ENVIRONMENT = /^SQLITE_(FULL|IOERR|BUSY|LOCKED|READONLY|CORRUPT|CANTOPEN|NOTADB|NOMEM|PROTOCOL)/;

/** What to tell of an error that is no fault of the data; `undefined` for all others. */
export function environmentFault(error: unknown): StoreError | undefined {
  if (error instanceof StoreError) return error;
  const code = (error as { code?: unknown }).code;
  if (typeof code !== 'string' || !ENVIRONMENT.test(code)) return undefined;
  const message = `the database cannot be written: ${(error as Error).message}`;
  return new StoreError(code.startsWith('SQLITE_FULL') ? 'full' : 'broken', message, { cause: error });
}
