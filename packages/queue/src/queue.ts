import type { Batch } from '@monitor-server/contract';

/** What stands between accepting records and storing them. */
export interface Queue {
  /**
   * Takes a batch over. Resolves when it is durable: it will be stored exactly once from then on, whatever
   * crashes. Rejects with a QueueError where nothing was taken; the same batch may then be offered again.
   */
  accept(batch: Batch): Promise<void>;
  close(): Promise<void>;
}

/** A queue that takes nothing now: `full` when the disk is, `broken` for all else. */
export class QueueError extends Error {
  readonly reason: 'full' | 'broken';

  constructor(reason: 'full' | 'broken', message: string, options?: ErrorOptions) {
    super(message, options);
    this.name = 'QueueError';
    this.reason = reason;
  }
}
