import { CursorError, type PageRequest } from '../store.ts';
import type { Snapshot } from './snapshot.ts';

/** Where a walk through a list is, and what it must go on seeing. */
export interface Position {
  /** The id or ordinal of the last row that was given. */
  after: number;
  /** How far the write-ahead log was when the walk began, in bytes: only servers that have come so far may go on. */
  log: number;
}

/** Reads what a `Walk` gave. */
export function readPosition(text: string): Position {
  const [, after, digits] = /^(\d{1,15})-([\da-z]{1,11})$/.exec(text) ?? [];
  const log = parseInt(digits ?? '', 36);
  if (after === undefined || !Number.isSafeInteger(log)) throw new CursorError();
  return { after: Number(after), log };
}

/** A walk from page to page of a list. */
export interface Walk {
  /** The position after which its next page starts; undefined before its first. */
  after: number | undefined;
  /** What the page after this position is asked for with. */
  cursorOf(after: number): string;
}

/** The walk that a page belongs to, or begins. */
export function walkOf(page: PageRequest, snapshot: Snapshot): Walk {
  const position = page.after === undefined ? undefined : readPosition(page.after);
  const log = (position?.log ?? snapshot.position).toString(36);
  return { after: position?.after, cursorOf: (after) => `${after}-${log}` };
}
