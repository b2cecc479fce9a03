import { z } from 'zod';
import { readTime } from './time.ts';

/** The longest text a field may hold, in UTF-8 bytes. */
export const TEXT_LIMIT = 64 * 1024;

/** A code unit takes at most three bytes in UTF-8, so shorter texts need no exact count. */
const SURELY_SHORT = Math.floor(TEXT_LIMIT / 3);

const encoder = new TextEncoder();

/** Says what is wrong with a text, or nothing when it may be stored. */
export function textFault(value: string): string | undefined {
  if (value.includes('\u0000')) return 'must not contain U+0000';
  if (value.length > SURELY_SHORT && encoder.encode(value).length > TEXT_LIMIT) {
    return `must not be longer than ${TEXT_LIMIT} bytes of UTF-8`;
  }
  return undefined;
}

/** Any text that can be stored; unpaired surrogates come out as U+FFFD. */
export const text = z
  .string()
  .superRefine((value, context) => {
    const fault = textFault(value);
    if (fault !== undefined) context.addIssue({ code: 'custom', message: fault });
  })
  .overwrite((value) => value.toWellFormed());

/** The identity of a session or an execution context. */
export const hash = text.refine((value) => value.length > 0, 'must not be empty');

/** A time, read back exactly as sent. */
export const time = z.string().refine((value) => readTime(value) !== undefined, {
  message: 'must be a date, alone or with a time: YYYY-MM-DD[THH:MM[:SS[.f…]]][Z|±HH:MM]',
});
