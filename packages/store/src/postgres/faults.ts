import { DatabaseError } from 'pg';
import { StoreError } from '../store.ts';

/** What a record itself can be guilty of: bad data (22), a constraint (23), an index entry that is too long (54000). */
const REFUSAL = /^(22|23|54000)/;

/** No fault of the data: there are no more numbers for ids. */
const EXHAUSTED = '2200H';

/** Transactions stood in each other's way and this one was ended; done again it goes through. */
const COLLISIONS = new Set(['40001', '40P01']);

const DISK_FULL = '53100';

/** Where waiting does not help: authentication, no such database, no right, no such host. */
const UNUSABLE = new Set(['28000', '28P01', '3D000', '42501', 'ENOTFOUND']);

/** The code of an error of the database. */
export function databaseCode(error: unknown): string | undefined {
  return error instanceof DatabaseError ? error.code : undefined;
}

/** Whether the database refused the data, and would do so again. */
export function isRefusal(error: unknown): boolean {
  const code = databaseCode(error) ?? '';
  return REFUSAL.test(code) && code !== EXHAUSTED;
}

/** Whether a transaction was ended in favour of another one. */
export function isCollision(error: unknown): boolean {
  return COLLISIONS.has(databaseCode(error) ?? '');
}

/** Whether the database failed, for a reason that lies neither in the data nor in other transactions. */
export function isServerFault(error: unknown): boolean {
  return error instanceof DatabaseError && !isRefusal(error) && !isCollision(error);
}

function reasonOf(code: string | undefined): StoreError['reason'] {
  if (code === DISK_FULL) return 'full';
  return UNUSABLE.has(code ?? '') ? 'unusable' : 'broken';
}

/** `error` as a fault of the server that `name` tells, or of the way to it; unsure where it may have done its work. */
export function serverFault(name: string, error: unknown, { isUnsure = false } = {}): StoreError {
  if (error instanceof StoreError) return error;
  const { message, code } = error as NodeJS.ErrnoException;
  // Where all addresses of a host refuse, there is a code and no message.
  return new StoreError(reasonOf(code), `PostgreSQL at ${name}: ${message || code}`, {
    cause: error,
    isUnsure,
  });
}
