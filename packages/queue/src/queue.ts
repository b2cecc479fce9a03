import type { Batch } from '@monitor-server/contract';

/** What stands between accepting records and storing them. */
export interface Queue {
  /**
   * Takes a batch over. Resolves when it is durable: it will be stored exactly once from then on, whatever
   * crashes. Rejects with a QueueError, after which the same batch may be offered again: nothing was taken, or where the
   * error is unsure of that, it may have been, and may still be.
   */
  accept(batch: Batch): Promise<void>;
  close(): Promise<void>;
}

interface QueueErrorOptions extends ErrorOptions {
  isUnsure?: boolean;
}

/** A queue that takes nothing now: `full` when the disk is, `broken` for all else. */
export class QueueError extends Error {
  readonly reason: 'full' | 'broken';
  /** Whether the batch may have been taken all the same, because the answer was lost, or is still to come. */
  readonly isUnsure: boolean;

  constructor(reason: 'full' | 'broken', message: string, options: QueueErrorOptions = {}) {
    super(message, options);
    this.name = 'QueueError';
    this.reason = reason;
    this.isUnsure = options.isUnsure ?? false;
  }
}
