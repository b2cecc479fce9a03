import { ProblemError } from '@monitor-server/contract';
import { StoreError } from '@monitor-server/store';

function tooLate(seconds: number): ProblemError {
  return new ProblemError(503, `The answer took longer than ${seconds} seconds. Ask for less, or later.`);
}

/** Waits for a read: one that takes longer, or a database that is away, is answered with 503. */
export async function within<T>(seconds: number, work: Promise<T>): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(tooLate(seconds)), seconds * 1000);
  });
  try {
    return await Promise.race([work, late]);
  } catch (error) {
    if (!(error instanceof StoreError)) throw error;
    // The log tells which server it is and what it said; clients have no use for either.
    const detail = 'The database cannot be read at the moment. Ask again later.';
    throw new ProblemError(503, detail, undefined, { cause: error });
  } finally {
    clearTimeout(timer);
  }
}
