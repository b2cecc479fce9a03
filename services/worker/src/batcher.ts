import { setTimeout as sleep } from 'node:timers/promises';
import type { Batch } from '@monitor-server/contract';
import { createBatchCommit } from '@monitor-server/queue';
import type { Logger } from '@monitor-server/runtime';
import { StoreError, type StoreWriter } from '@monitor-server/store';

/** The pauses between tries while the store is away: doubled from the first to the last. */
const FIRST_PAUSE_MS = 100;
const LAST_PAUSE_MS = 5_000;

/** Merges the batches that wait into transactions, one at a time, in the order in which they came. */
export interface Batcher {
  /**
   * Resolves when the batch is stored; that takes as long as the store is away. Rejects where the batcher is closed
   * before, and on faults that are not the store's; the batch may then be offered again.
   */
  add(batch: Batch): Promise<void>;
  /** Ends waiting for a store that is away. */
  close(): Promise<void>;
}

export function createBatcher(write: StoreWriter['write'], logger: Logger): Batcher {
  const closing = new AbortController();

  async function store(batches: readonly Batch[]): Promise<void> {
    let pause = FIRST_PAUSE_MS;
    for (;;) {
      try {
        await write(batches);
        if (pause > FIRST_PAUSE_MS) logger.info('the store is back');
        return;
      } catch (error) {
        if (!(error instanceof StoreError) || closing.signal.aborted) throw error;
        // One line when it begins; what waits is in the queue, and is not lost.
        if (pause === FIRST_PAUSE_MS)
          logger.warn({ err: error }, 'the store is away; batches wait in the queue');
      }
      await sleep(pause, undefined, { signal: closing.signal });
      pause = Math.min(LAST_PAUSE_MS, pause * 2);
    }
  }

  const group = createBatchCommit(store);
  return {
    add: group.add,
    async close() {
      closing.abort(new StoreError('broken', 'the worker stops'));
      await group.idle();
    },
  };
}
