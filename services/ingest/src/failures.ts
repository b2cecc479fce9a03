import { ProblemError, type Reading } from '@monitor-server/contract';
import { QueueError } from '@monitor-server/queue';

/** What was read, or a problem that names every bad field. */
export function understood<T>(reading: Reading<T>): T {
  if (reading.ok) return reading.value;
  throw new ProblemError(400, reading.detail, reading.errors);
}

/** Waits until something is durable; a queue that takes nothing is the one reason to refuse. */
export async function durable<T>(work: Promise<T>): Promise<T> {
  try {
    return await work;
  } catch (error) {
    if (!(error instanceof QueueError)) throw error;
    const why = error.reason === 'full' ? 'The disk is full' : 'The store cannot be written';
    const fate = error.isUnsure ? 'It may still be stored' : 'Nothing was stored; post again later';
    throw new ProblemError(503, `${why}: ${error.message}. ${fate}.`);
  }
}
