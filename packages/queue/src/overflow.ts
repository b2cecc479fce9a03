import { setTimeout as sleep } from 'node:timers/promises';
import type { Batch } from '@monitor-server/contract';
import { QueueError, type Queue } from './queue.ts';
import { startDrain } from './spool/drain.ts';
import { asQueueError } from './spool/fault.ts';
import type { Log } from './spool/log.ts';
import { offer, type Refusal } from './spool/offer.ts';
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
  /** Whether the primary takes nothing now. */
  isAway(): boolean;
  /** Resolves when the primary has everything; that may take as long as it is away. */
  idle(): Promise<void>;
}

/** How long a stop may go on moving batches to a primary that takes them. */
const LAST_DRAIN_MS = 2_000;

/**
 * How often the patience may run out until a batch is refused whose fate is unknown, and how long that takes at most:
 * clients give up after 60 s.
 */
const UNSURE_TRIES = 40;
const UNSURE_LIMIT_MS = 40_000;

/**
 * A queue that goes on accepting while its primary is away: a batch that the primary does not take in time is synced
 * to the local spool, and is moved to the primary, under the same id, as soon as that takes something again. From the
 * first failure until then nothing waits for the primary. A batch may reach it twice; its id makes that once.
 *
 * `accept` rejects only where neither takes the batch: `full` when the spool has no room. While the primary may have
 * taken it, or may still, it is not refused but offered again, for less than a minute: only a primary that does not
 * answer all that time leaves it unsure. What one caller offers one after another reaches the primary in that order as
 * long as the primary is there.
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

  async function offerToPrimary(batch: Batch): Promise<Refusal | undefined> {
    const refusal = await offer(primary, batch, patienceMs, noteTaken);
    if (refusal === undefined) noteTaken();
    else if (awaySince === undefined) {
      awaySince = performance.now();
      log.warn({ err: refusal.fault }, 'the queue takes nothing: batches wait in the spool until it does');
    }
    return refusal;
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
    const refusal = refused === 'not asked' ? await offerToPrimary(batch) : refused;
    if (refusal !== undefined) await insist(batch, refusal, unkept);
  }

  /** Waits until somebody has the batch, or it is sure that nobody has. */
  async function insist(batch: Batch, refusal: Refusal, unkept: QueueError): Promise<void> {
    const deadline = performance.now() + Math.min(patienceMs * UNSURE_TRIES, UNSURE_LIMIT_MS);
    const late = sleep(deadline - performance.now(), refusal.fault, { ref: false });
    let fault = await Promise.race([refusal.answer, late]);
    const isUnsure = unkept.isUnsure || fault?.isUnsure === true;
    // Once it was lost sight of, only taking it makes its fate sure.
    const isTriedAgain = (): boolean => isUnsure && !closed && performance.now() < deadline;
    while (fault !== undefined && isTriedAgain()) {
      await sleep(patienceMs);
      const again = (await keep(batch)) && (await offerToPrimary(batch));
      fault = again?.fault;
    }
    if (fault === undefined) return;
    const message = `${unkept.message}, and the queue takes nothing: ${fault.message}`;
    throw new QueueError(unkept.reason, message, { isUnsure });
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
    isAway: () => awaySince !== undefined,
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
