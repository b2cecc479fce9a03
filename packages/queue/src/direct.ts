import type { Batch } from '@monitor-server/contract';
import { QueueError, type Queue } from './queue.ts';

/**
 * A queue that is none: batches go straight into the store, and durable means stored. `store` resolves when a batch is,
 * and rejects as the writer of a store does.
 */
export function createDirectQueue(store: (batch: Batch) => Promise<void>): Queue {
  return {
    async accept(batch) {
      try {
        await store(batch);
      } catch (error) {
        const { reason, message, isUnsure } = error as Partial<QueueError> & Error;
        throw new QueueError(reason === 'full' ? 'full' : 'broken', message, {
          cause: error,
          isUnsure: isUnsure === true,
        });
      }
    },
    // The store belongs to whoever opened it.
    close: () => Promise.resolve(),
  };
}
