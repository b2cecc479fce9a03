import type { Batch } from '@monitor-server/contract';
import { QueueError, type Queue } from '../queue.ts';
import { asQueueError } from './fault.ts';

const LATE = Symbol('late');

/** A batch that a queue did not take in time. */
export interface Refusal {
  /** Why: it refused, or gave no answer. */
  readonly fault: QueueError;
  /** What it answers in the end: nothing where it takes the batch after all. A queue that hangs never answers. */
  readonly answer: Promise<QueueError | undefined>;
}

/**
 * Offers a batch to a queue that may hang. Resolves with nothing when it was taken. `onLate` is called where it takes
 * the batch after it was given up.
 */
export async function offer(
  queue: Queue,
  batch: Batch,
  patienceMs: number,
  onLate: () => void,
): Promise<Refusal | undefined> {
  const answer = accept(queue, batch);
  const { promise: end, resolve: giveUp } = Promise.withResolvers<typeof LATE>();
  const timer = setTimeout(() => giveUp(LATE), patienceMs);
  const first = await Promise.race([answer, end]);
  clearTimeout(timer);
  if (first === undefined) return undefined;
  if (first !== LATE) return { fault: first, answer };
  void answer.then((fault) => fault ?? onLate());
  return { fault: new QueueError('broken', `no answer within ${patienceMs} ms`, { isUnsure: true }), answer };
}

async function accept(queue: Queue, batch: Batch): Promise<QueueError | undefined> {
  try {
    await queue.accept(batch);
    return undefined;
  } catch (error) {
    return asQueueError(error);
  }
}
