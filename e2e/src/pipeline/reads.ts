import { setTimeout as sleep } from 'node:timers/promises';
import { get } from '@monitor-server/bench/get';
import type { Outcome } from '../client.ts';

/** A read that was answered neither 200 nor 204. */
export interface FailedRead {
  outcome: Outcome;
  path: string;
  /** When, by `performance.now()`. */
  at: number;
}

export interface Reads {
  answered: () => number;
  failures: FailedRead[];
  /** No more reads; resolves when the last one is answered. */
  stop: () => Promise<void>;
}

const readers = 2;

const paths = [
  '/api/v1/metrics/count',
  '/api/v1/metrics/?per_page=50',
  '/api/v1/metrics/?per_page=50&page=-1',
  '/api/v1/components/',
  '/api/v1/components/lib.3/metrics?per_page=20',
  '/api/v1/sessions/?per_page=20&page=-1',
  '/api/v1/pipelines/branch-1/builds',
  '/api/v1/resources/memory/head/10/metrics',
];

/** Readers that ask for one list after another, each time on a new connection. */
export const openReads = (port: number): Reads => {
  const failures: FailedRead[] = [];
  let answered = 0;
  const over = new AbortController();
  const run = async (index: number): Promise<void> => {
    for (let turn = index; !over.signal.aborted; turn++) {
      const path = paths[turn % paths.length] as string;
      const outcome: Outcome = await get(port, path).then(
        ({ status }) => status,
        (error: NodeJS.ErrnoException) => error.code ?? error.message,
      );
      if (outcome === 200 || outcome === 204) answered++;
      else failures.push({ outcome, path, at: performance.now() });
      await sleep(20);
    }
  };
  const running = Promise.all(Array.from({ length: readers }, (_, index) => run(index)));
  return {
    answered: () => answered,
    failures,
    stop: async () => {
      over.abort();
      await running;
    },
  };
};
