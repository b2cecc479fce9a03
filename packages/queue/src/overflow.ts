import type { Batch } from '@monitor-server/contract';
import { QueueError, type Queue } from './queue.ts';
import { startDrain } from './spool/drain.ts';
import { asQueueError } from './spool/fault.ts';
import type { Log } from './spool/log.ts';
import { offer } from './spool/offer.ts';
import type { Spool, SpoolDepth } from './spool/spool.ts';

export interface OverflowOptions {
  /** Where batches belong. It may refuse, and it may hang. */
  primary: Queue;
  /** Where they wait when it does. */
  spool: Spool;
  /** How long the primary gets to take a batch. */
  patienceMs: number;
  log: Log;
}

export interface OverflowQueue extends Queue {
  /** What waits for the primary, in this process and in files it took over. */
  depth(): Promise<SpoolDepth>;
  /** Resolves when the primary has everything; that may take as long as it is away. */
  idle(): Promise<void>;
}

/** How long a stop may go on moving batches to a primary that takes them. */
const LAST_DRAIN_MS = 2_000;

/**
 * A queue that goes on accepting while its primary is away: a batch that the primary does not take in time is synced
 * to the local spool, and is moved to the primary, under the same id, as soon as that takes something again. From the
 * first failure until then nothing waits for the primary. A batch may reach it twice; its id makes that once.
 *
 * `accept` rejects only where neither takes the batch: `full` when the spool has no room. What one caller offers
 * one after another reaches the primary in that order as long as the primary is there.
 *
 * `close` ends the moving, and leaves in the spool what is there; primary and spool belong to whoever opened them.
 */
export function createOverflowQueue({ primary, spool, patienceMs, log }: OverflowOptions): OverflowQueue {
  const accepting = new Set<Promise<void>>();
  /** Since when the primary takes nothing, if it does not. */
  let awaySince: number | undefined;
  let closed = false;

  const drain = startDrain({ from: spool, into: primary, patienceMs, log, onTaken: noteTaken });

  function noteTaken(): void {
    if (awaySince === undefined) return;
    const awayMs = Math.round(performance.now() - awaySince);
    awaySince = undefined;
    log.info({ awayMs }, 'the queue takes batches again');
    drain.recovered();
  }

  async function offerToPrimary(batch: Batch): Promise<QueueError | undefined> {
    const fault = await offer(primary, batch, patienceMs, noteTaken);
    if (fault === undefined) noteTaken();
    else if (awaySince === undefined) {
      awaySince = performance.now();
      log.warn({ err: fault }, 'the queue takes nothing: batches wait in the spool until it does');
    }
    return fault;
  }

  async function keep(batch: Batch): Promise<QueueError | undefined> {
    try {
      await spool.append(batch);
      drain.added();
      return undefined;
    } catch (error) {
      return asQueueError(error);
    }
  }

  async function take(batch: Batch): Promise<void> {
    const refused = awaySince === undefined ? await offerToPrimary(batch) : 'not asked';
    if (refused === undefined) return;
    const unkept = await keep(batch);
    if (unkept === undefined) return;
    // Slow before no: the primary may be back, and nobody has noticed yet.
    const fault = refused === 'not asked' ? await offerToPrimary(batch) : refused;
    if (fault === undefined) return;
    throw new QueueError(unkept.reason, `${unkept.message}, and the queue takes nothing: ${fault.message}`);
  }

  return {
    async accept(batch) {
      if (closed) throw new QueueError('broken', 'the queue is closed');
      const taking = take(batch);
      accepting.add(taking);
      try {
        await taking;
      } finally {
        accepting.delete(taking);
      }
    },
    depth: spool.depth,
    async idle() {
      await Promise.allSettled(accepting);
      await drain.idle();
    },
    async close() {
      closed = true;
      await Promise.allSettled(accepting);
      await drain.stop(LAST_DRAIN_MS);
    },
  };
}
