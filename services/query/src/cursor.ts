import { hash } from 'node:crypto';
import { ProblemError } from '@monitor-server/contract';

/** What makes a cursor valid for one list alone. */
function markOf(list: unknown): string {
  return hash('sha256', JSON.stringify(list), 'base64url').slice(0, 8);
}

/** Makes a position of the store a cursor that only the same list takes back. */
export function createCursor(list: unknown, position: string): string {
  return `${markOf(list)}.${position}`;
}

/** The position in a cursor that this list gave. */
export function positionIn(list: unknown, cursor: string): string {
  const [mark, position] = cursor.split('.', 2);
  if (position === undefined || mark !== markOf(list)) throw invalidCursor();
  return position;
}

export function invalidCursor(): ProblemError {
  return new ProblemError(400, 'after must be taken unchanged from a next_url of the same list.');
}
