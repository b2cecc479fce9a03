import { setTimeout as sleep } from 'node:timers/promises';
import type { Batch } from '@monitor-server/contract';
import type { Queue } from '../queue.ts';
import { createBell } from './bell.ts';
import type { Log } from './log.ts';
import { offer } from './offer.ts';
import type { Spool } from './spool.ts';

export interface DrainOptions {
  from: Spool;
  into: Queue;
  /** How long the queue gets for a batch when it has just taken one; longer after failures. */
  patienceMs: number;
  log: Log;
  /** Called whenever the queue took something. */
  onTaken: () => void;
}

export interface Drain {
  /** Something was added to the spool. */
  added(): void;
  /** The queue takes batches again. */
  recovered(): void;
  /** Resolves when the spool is empty. */
  idle(): Promise<void>;
  /** Ends: at once where the queue takes nothing, else when the spool is empty, after `limitMs` in any case. */
  stop(limitMs: number): Promise<void>;
}

/** So many batches are read, offered and, when they are taken, removed at once. */
const WINDOW = 64;

/** So many are read where one is to be tried. */
const PROBE = 8;

/** How often to look whether the spool took over something by itself. */
const IDLE_MS = 1_000;

/** How long to wait after a failure: twice as long after each further one, up to a limit. */
const RETRY_MS = 50;
const RETRY_LIMIT_MS = 1_000;

/** A queue that hangs keeps in memory what it is offered, so it is offered something less and less often. */
const PATIENCE_LIMIT_MS = 30_000;

/**
 * Moves batches from a spool into a queue, oldest first; each is removed only when the queue has taken it. While the
 * queue takes nothing it is offered the oldest one and, each time, another one: a batch that is refused for what it is
 * must not keep back the others.
 */
export function startDrain({ from, into, patienceMs, log, onTaken }: DrainOptions): Drain {
  const addition = createBell();
  const recovery = createBell();
  const idlers: (() => void)[] = [];
  let failures = 0;
  let stopAt: number | undefined;

  async function isTaken(batch: Batch): Promise<boolean> {
    const patience = Math.max(patienceMs, Math.min(patienceMs * 2 ** failures, PATIENCE_LIMIT_MS));
    if ((await offer(into, batch, patience, tookLate)) !== undefined) return false;
    onTaken();
    return true;
  }

  /** Offers all in their order, so that the queue can take them together. Gives those that are taken. */
  async function moveAll(batches: readonly Batch[]): Promise<Batch[]> {
    const answers = await Promise.all(batches.map(isTaken));
    return batches.filter((_, at) => answers[at]);
  }

  /** Offers the oldest batch and, if that is not taken, one of the others. Gives the one that is. */
  async function moveOne([oldest, ...others]: readonly Batch[]): Promise<Batch[]> {
    for (const batch of [oldest, others[failures % others.length]]) {
      if (batch !== undefined && (await isTaken(batch))) return [batch];
    }
    return [];
  }

  function tookLate(): void {
    onTaken();
    recovery.ring();
  }

  async function moveSome(): Promise<void> {
    const asking = idlers.length;
    const batches = await from.oldest(failures === 0 ? WINDOW : PROBE);
    if (batches.length === 0) {
      for (const resolve of idlers.splice(0, asking)) resolve();
      if (stopAt === undefined) await addition.wait(IDLE_MS);
      else stopAt = 0;
      return;
    }
    const taken = await (failures === 0 ? moveAll : moveOne)(batches);
    const goesWell = taken.length > 0 && (failures > 0 || taken.length === batches.length);
    failures = taken.length > 0 ? 0 : failures + 1;
    if (taken.length > 0) await from.remove(taken.map(({ id }) => id));
    if (!goesWell) await rest();
  }

  async function rest(): Promise<void> {
    if (stopAt !== undefined) stopAt = 0;
    else await recovery.wait(Math.min(RETRY_MS * 2 ** failures, RETRY_LIMIT_MS));
  }

  async function run(): Promise<void> {
    while (stopAt === undefined || performance.now() < stopAt) {
      try {
        await moveSome();
      } catch (error) {
        if (stopAt === undefined)
          log.error({ err: error }, 'the spool cannot be drained now and is tried again');
        failures++;
        await rest();
      }
    }
  }

  const ended = run();

  return {
    added: addition.ring,
    recovered: recovery.ring,
    idle() {
      return new Promise((resolve) => {
        idlers.push(resolve);
        addition.ring();
      });
    },
    async stop(limitMs) {
      stopAt = performance.now() + limitMs;
      addition.ring();
      recovery.ring();
      await Promise.race([ended, sleep(limitMs, undefined, { ref: false })]);
    },
  };
}
