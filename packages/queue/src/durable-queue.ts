import { createOverflowQueue, type OverflowQueue } from './overflow.ts';
import { openPace, type Backlog, type Pace } from './pace.ts';
import type { Queue } from './queue.ts';
import type { Log } from './spool/log.ts';
import { openSpool } from './spool/spool.ts';

export interface DurableQueueOptions {
  /** Where batches belong; it stays with whoever opened it. */
  primary: Queue;
  /** What the primary has taken and is not stored yet, where it can say so. */
  backlog?: () => Promise<Backlog>;
  spoolFolder: string;
  /** How long the primary gets to take a batch before the spool takes it. */
  patienceMs: number;
  /** Records that may wait, in the primary and in the spool, before answers are held back. */
  backlogLimit: number;
  log: Log;
}

export interface DurableQueue extends OverflowQueue {
  /** For the intake; closed with the queue, and before that where answers must not be held any longer. */
  readonly pace: Pace;
  /** Resolves where the spool could keep a batch now. Rejects with a QueueError where it could not. */
  checkSpool(): Promise<void>;
}

/**
 * Puts a spool behind a queue, and a pace before it. Rejects with a QueueError where the spool's folder cannot be
 * used. `close` leaves in the spool what the primary has not taken, for the next process.
 */
export async function openDurableQueue(options: DurableQueueOptions): Promise<DurableQueue> {
  const { primary, backlog, spoolFolder, patienceMs, backlogLimit, log } = options;
  const spool = await openSpool({ folder: spoolFolder, log });
  const overflow = createOverflowQueue({ primary, spool, patienceMs, log });
  const backlogs = backlog === undefined ? [overflow.depth] : [overflow.depth, backlog];
  const pace = openPace({ backlogs, limit: backlogLimit });
  return {
    ...overflow,
    pace,
    checkSpool: spool.check,
    async close() {
      pace.close();
      await overflow.close();
      await spool.close();
    },
  };
}
