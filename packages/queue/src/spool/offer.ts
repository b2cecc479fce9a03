import type { Batch } from '@monitor-server/contract';
import { QueueError, type Queue } from '../queue.ts';
import { asQueueError } from './fault.ts';

const LATE = Symbol('late');

/**
 * Offers a batch to a queue that may hang. Resolves with nothing when it was taken, or with the reason why not: the queue
 * refused it, or gave no answer in time. `onLate` is called where it takes the batch after that.
 */
export async function offer(
  queue: Queue,
  batch: Batch,
  patienceMs: number,
  onLate: () => void,
): Promise<QueueError | undefined> {
  const answer = accept(queue, batch);
  const { promise: end, resolve: giveUp } = Promise.withResolvers<typeof LATE>();
  const timer = setTimeout(() => giveUp(LATE), patienceMs);
  const first = await Promise.race([answer, end]);
  clearTimeout(timer);
  if (first !== LATE) return first;
  void answer.then((fault) => fault ?? onLate());
  return new QueueError('broken', `no answer within ${patienceMs} ms`);
}

async function accept(queue: Queue, batch: Batch): Promise<QueueError | undefined> {
  try {
    await queue.accept(batch);
    return undefined;
  } catch (error) {
    return asQueueError(error);
  }
}
