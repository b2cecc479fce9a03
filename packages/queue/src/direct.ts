import type { Batch } from '@monitor-server/contract';
import { QueueError, type Queue } from './queue.ts';

/** Where the direct adapter puts batches: the writer of a store. */
export interface BatchWriter {
  write(batches: readonly Batch[]): Promise<void>;
}

/** A queue that is none: batches go straight into the store, and durable means stored. */
export function createDirectQueue(writer: BatchWriter): Queue {
  return {
    async accept(batch) {
      try {
        await writer.write([batch]);
      } catch (error) {
        const { reason, message } = error as { reason?: unknown; message: string };
        throw new QueueError(reason === 'full' ? 'full' : 'broken', message, { cause: error });
      }
    },
    // The writer belongs to whoever opened it.
    close: () => Promise.resolve(),
  };
}
