import { setTimeout as sleep } from 'node:timers/promises';
import { openBullmqQueue } from '@monitor-server/queue/pipeline';
import { parseQueueUri } from '@monitor-server/runtime/config';
import { median } from '../quantile.ts';
import type { Database } from './database.ts';

/** What was stored by then, and what was still to be. */
interface Sample {
  /** Since the load began. */
  seconds: number;
  stored: number;
  /** Records in the queue. */
  waiting: number;
  /** How long the oldest of them has waited, in seconds. */
  oldest: number;
}

/** How the backlog developed while it was measured. */
export interface Backlog {
  /** Metrics stored a second. */
  storedRate: number;
  /** Records that waited: in the first third of the time, and in the last. */
  first: number;
  last: number;
  /** The longest that a record had waited, in seconds. */
  oldest: number;
}

const everyMs = 250;

/** The samples of a span of time; the last before it and the first after it belong to it as its ends. */
const within = (samples: readonly Sample[], from: number, to: number): Sample[] =>
  samples.filter(({ seconds }) => seconds >= from && seconds <= to);

const summary = (samples: readonly Sample[], from: number, to: number): Backlog => {
  const measured = within(samples, from, to);
  const [start, end] = [measured[0], measured.at(-1)];
  if (!start || !end || end === start) throw new Error('too short to see how the backlog develops');
  const third = (to - from) / 3;
  const waiting = (low: number, high: number): number =>
    median(within(measured, low, high).map((sample) => sample.waiting));
  return {
    storedRate: (end.stored - start.stored) / (end.seconds - start.seconds),
    first: waiting(from, from + third),
    last: waiting(to - third, to),
    oldest: Math.max(...measured.map(({ oldest }) => oldest)),
  };
};

export interface BacklogWatch {
  /** The load begins. */
  begin: () => void;
  /** Ends the watch; tells what happened between these seconds after the beginning. */
  stop: (from: number, to: number) => Promise<Backlog>;
}

const ignore = { info: () => undefined, warn: (line: string) => console.error(line) };

/** Looks a few times a second at what is stored and at what waits. */
export const watchBacklog = async (database: Database, queueUri: string): Promise<BacklogWatch> => {
  const queue = await openBullmqQueue({
    address: parseQueueUri(queueUri, process.cwd()),
    log: ignore,
    patienceMs: 10_000,
  });
  const samples: Sample[] = [];
  const over = new AbortController();
  let begin = performance.now();

  const sample = async (): Promise<void> => {
    while (!over.signal.aborted) {
      const { records, oldestMs } = await queue.depth();
      const stored = await database.newest();
      const seconds = (performance.now() - begin) / 1000;
      samples.push({ seconds, stored, waiting: records, oldest: oldestMs / 1000 });
      await sleep(everyMs);
    }
  };
  const sampling = sample();
  // A failure is told by `stop`.
  sampling.catch(() => undefined);

  return {
    begin: () => {
      samples.length = 0;
      begin = performance.now();
    },
    stop: async (from, to) => {
      over.abort();
      await sampling;
      await queue.close();
      return summary(samples, from, to);
    },
  };
};
