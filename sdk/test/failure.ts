import { expect } from 'vitest';

/** The error a call is rejected with. */
export function failureOf(call: Promise<unknown>): Promise<unknown> {
  return call.then(
    () => expect.unreachable('the call succeeds'),
    (error: unknown) => error,
  );
}
