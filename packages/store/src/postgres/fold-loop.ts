import { fold } from './fold.ts';
import type { Primary, StoreLog } from './primary.ts';

/**
 * So many metrics wait until they are folded: readers look at each of them, but the row of a test or session is
 * written once for all of its metrics that are folded together, so more at once are cheaper.
 */
const FOLD_AT = 2_048;

/** How many are folded in one transaction at most. */
const FOLD_LIMIT = 65_536;

/** After a fold the next one has to wait so many times as long as it took: where much is written, folds get larger. */
const REST = 2;

/** An idle store is folded to the end so long after the last write, a busy one at least this often. */
const QUIET_MS = 500;
const LONGEST_MS = 5_000;

/** How long to leave a database alone that failed. */
const RETRY_MS = 2_000;

/** Folds beside the writes. */
export interface FoldLoop {
  /** Notes that so many metrics were stored. */
  written(metrics: number): void;
  /** Ends after the fold that runs; what waits is folded by whoever comes next. */
  close(): Promise<void>;
}

/** Folds what others have left, and then what is written. `afterwards` is done after every fold. */
export function startFoldLoop(
  primary: Primary,
  log: StoreLog | undefined,
  afterwards: () => Promise<void>,
  now: () => number,
): FoldLoop {
  let waiting = 0;
  let waitingSince = 0;
  let restsUntil = 0;
  let timer: NodeJS.Timeout | undefined;
  let running: Promise<void> | undefined;
  let closed = false;
  let isFailing = false;

  async function foldAll(least: number): Promise<void> {
    waiting = 0;
    const start = performance.now();
    const result = await primary.transact((client) =>
      fold(client, { least, most: FOLD_LIMIT, nowMs: now() }),
    );
    const end = performance.now();
    restsUntil = end + (end - start) * REST;
    if (result === 'busy') schedule(QUIET_MS);
    else if (result.more && !closed) await foldAll(least);
  }

  async function attempt(least: number): Promise<void> {
    try {
      await foldAll(least);
      await afterwards();
      isFailing = false;
    } catch (error) {
      if (!isFailing && !closed) {
        log?.warn(`counts and orders lag behind, so reading gets slower: ${(error as Error).message}`);
      }
      isFailing = true;
      schedule(RETRY_MS);
    }
  }

  function run(least: number): void {
    if (closed || running !== undefined) return;
    running = attempt(least).finally(() => {
      running = undefined;
      if (waiting > 0 && timer === undefined) schedule(QUIET_MS);
    });
  }

  function schedule(milliseconds: number): void {
    clearTimeout(timer);
    if (closed) return;
    timer = setTimeout(() => {
      timer = undefined;
      run(1);
    }, milliseconds);
  }

  schedule(QUIET_MS);
  return {
    written(metrics) {
      if (metrics === 0) return;
      const now = performance.now();
      if (waiting === 0) waitingSince = now;
      waiting += metrics;
      // While it fails, the timer is the only one who tries.
      if (isFailing) return;
      if (waiting >= FOLD_LIMIT || (waiting >= FOLD_AT && now > restsUntil)) run(FOLD_AT);
      else if (now - waitingSince < LONGEST_MS) schedule(QUIET_MS);
    },
    async close() {
      closed = true;
      clearTimeout(timer);
      await running;
    },
  };
}
