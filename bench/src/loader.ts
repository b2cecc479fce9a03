import { fork, type ChildProcess } from 'node:child_process';
import { randomInt } from 'node:crypto';
import { once } from 'node:events';
import type { Outcome } from './exchange.ts';
import { histogramQuantile } from './quantile.ts';
import { releaseAtExit } from './release.ts';

/** Connections kept and reused, one per request, or half of each. */
export type Mode = 'keep-alive' | 'new' | 'mixed';

export interface Load {
  port: number;
  mode: Mode;
  connections: number;
  /** Measured; the warm-up comes before. */
  seconds: number;
  warmup?: number;
  /** Processes that generate the load. */
  loaders?: number;
  /** Posts a second, all connections together; as many as are answered unless given. */
  rate?: number;
  /** Called when the warm-up begins. */
  onBegin?: () => void;
}

/** What a load process is told. */
export interface Order extends Required<Omit<Load, 'loaders' | 'rate' | 'onBegin'>> {
  rate: number | undefined;
  ring: number;
  seed: number;
  salt: number;
}

/** What a load process saw. Metrics, sessions and outcomes count the warm-up too, the rest does not. */
export interface Yield {
  metrics: number;
  sessions: number;
  measured: number;
  outcomes: [Outcome, number][];
  latencies: number[];
  perSecond: number[];
}

export interface LoadResult {
  /** Metrics answered with 201, from the first moment on. */
  metrics: number;
  sessions: number;
  /** Posts answered with 201 a second, after the warm-up. */
  rate: number;
  /** Milliseconds. */
  p50: number;
  p99: number;
  perSecond: number[];
  /** What was not 201: statuses and error codes with their counts. */
  others: Map<Outcome, number>;
}

const sum = (lists: number[][]): number[] =>
  Array.from({ length: Math.max(0, ...lists.map((list) => list.length)) }, (_, index) =>
    lists.reduce((total, list) => total + (list[index] ?? 0), 0),
  );

const merge = (yields: Yield[], seconds: number): LoadResult => {
  const latencies = sum(yields.map((each) => each.latencies));
  const others = new Map<Outcome, number>();
  for (const [outcome, count] of yields.flatMap((each) => each.outcomes)) {
    if (outcome !== 201) others.set(outcome, (others.get(outcome) ?? 0) + count);
  }
  const total = (figure: (each: Yield) => number): number =>
    yields.reduce((sum, each) => sum + figure(each), 0);
  return {
    metrics: total((each) => each.metrics),
    sessions: total((each) => each.sessions),
    rate: total((each) => each.measured) / seconds,
    p50: histogramQuantile(latencies, 0.5),
    p99: histogramQuantile(latencies, 0.99),
    perSecond: sum(yields.map((each) => each.perSecond)),
    others,
  };
};

const start = (order: Order): ChildProcess =>
  fork(new URL('load-process.ts', import.meta.url), [JSON.stringify(order)]);

/** The next message of every process; fails when one of them ends without. */
const messages = <T>(processes: ChildProcess[]): Promise<T[]> =>
  Promise.all(
    processes.map(
      (child) =>
        new Promise<T>((resolve, reject) => {
          const fail = (code: number | null): void =>
            reject(new Error(`a load process ended early (${code})`));
          child.once('exit', fail);
          child.once('message', (message) => {
            child.off('exit', fail);
            resolve(message as T);
          });
        }),
    ),
  );

/**
 * Keeps `connections` clients posting skewed metrics, each the next as soon as the last is answered, or when the rate
 * allows it.
 */
export const load = async (options: Load): Promise<LoadResult> => {
  const { port, mode, connections, seconds, warmup = 3, loaders = 1, rate, onBegin } = options;
  const processes = Array.from({ length: loaders }, (_, index) =>
    start({
      port,
      mode,
      seconds,
      warmup,
      connections: Math.ceil(connections / loaders),
      rate: rate === undefined ? undefined : rate / loaders,
      ring: Math.floor(40_000 / loaders),
      seed: 1000 + index,
      salt: randomInt(2 ** 16) * 2 ** 16,
    }),
  );
  const ended = Promise.all(processes.map((child) => once(child, 'exit')));
  // Who fails is told by its messages.
  ended.catch(() => undefined);
  const release = releaseAtExit(() => {
    for (const child of processes) child.kill('SIGKILL');
  });
  try {
    await messages(processes);
    for (const child of processes) child.send('go');
    onBegin?.();
    const yields = await messages<Yield>(processes);
    // Only then is their processor time told.
    await ended;
    return merge(yields, seconds);
  } finally {
    release();
  }
};
