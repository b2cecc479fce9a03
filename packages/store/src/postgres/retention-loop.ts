import type { Primary, StoreLog } from './primary.ts';
import { pruneKeys } from './pruning.ts';
import { removeExpired, type RemovalResult } from './retention.ts';

/** How many metrics are removed in one transaction at most: folds wait for it, and nobody else. */
const STEP = 8_192;

/** How often to look whether metrics are too old. */
const CHECK_MS = 60_000;

/** After a step the next one waits so many times as long as it took, so that the database has time for others. */
const REST = 2;

const REMOVED = `SELECT n AS removed FROM total WHERE name = 'removed'`;

/** Removes metrics that are too old, beside the writes. */
export interface RetentionLoop {
  /** Ends after the step that runs. */
  close(): Promise<void>;
}

export interface RetentionOptions {
  /** How long metrics are kept from when they were stored. */
  days: number;
  /** The clock, in milliseconds. */
  now: () => number;
  log: StoreLog | undefined;
}

/** Removes some of what is too old now; what it says is as of `removeExpired`. */
export async function expire(
  primary: Primary,
  { days, now }: Pick<RetentionOptions, 'days' | 'now'>,
): Promise<RemovalResult> {
  const result = await primary.transact((client) =>
    removeExpired(client, { days, most: STEP, nowMs: now() }),
  );
  if (result === 'busy' || result.more) return result;
  const [row] = await primary.query<{ removed: number }>(REMOVED);
  await pruneKeys(primary, row?.removed ?? 0);
  return result;
}

/** Looks every minute. Of several that do so one removes metrics at a time. */
export function startRetentionLoop(primary: Primary, options: RetentionOptions): RetentionLoop {
  let timer: NodeJS.Timeout | undefined;
  let running: Promise<void> | undefined;
  let closed = false;
  let isFailing = false;

  async function step(): Promise<number> {
    const start = performance.now();
    try {
      const result = await expire(primary, options);
      isFailing = false;
      return result !== 'busy' && result.more ? (performance.now() - start) * REST : CHECK_MS;
    } catch (error) {
      if (!isFailing && !closed) {
        options.log?.warn(`metrics that are too old stay for now: ${(error as Error).message}`);
      }
      isFailing = true;
      return CHECK_MS;
    }
  }

  async function run(): Promise<void> {
    const rest = await step();
    if (!closed) timer = setTimeout(start, rest);
  }

  function start(): void {
    running = run();
  }

  start();
  return {
    async close() {
      closed = true;
      clearTimeout(timer);
      await running;
    },
  };
}
