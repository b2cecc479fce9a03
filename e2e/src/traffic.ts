import { setTimeout as sleep } from 'node:timers/promises';
import { createClient, type Outcome } from './client.ts';
import type { Ledger } from './ledger.ts';

/** A post that got no 201. */
export interface Failure {
  outcome: Outcome;
  isFresh: boolean;
  /** When, by `performance.now()`. */
  at: number;
}

export interface TrafficOptions {
  /** Each client keeps to one of them. */
  ports: readonly number[];
  connections: number;
  ledger: Ledger;
  /** Milliseconds between an answer and the next post of the same client, on average. */
  pause?: number;
}

export interface Traffic {
  failures: Failure[];
  /** Milliseconds that the slowest answer took so far. */
  slowest: () => number;
  /** No more posts; resolves when the last one is answered. */
  stop: () => Promise<void>;
}

/** Clients that post one record after another, every second one on a new connection for each. */
export const openTraffic = ({ ports, connections, ledger, pause = 0 }: TrafficOptions): Traffic => {
  const failures: Failure[] = [];
  const over = new AbortController();
  let slowest = 0;
  const run = async (index: number): Promise<void> => {
    const isFresh = index % 2 === 1;
    const client = createClient(ports[(index >> 1) % ports.length] as number, isFresh);
    while (!over.signal.aborted) {
      const { serial, path, body } = ledger.next();
      const begin = performance.now();
      const outcome = await client.post(path, body);
      const at = performance.now();
      slowest = Math.max(slowest, at - begin);
      if (outcome === 201) {
        ledger.acknowledge(serial);
        if (pause > 0) await sleep(2 * pause * Math.random());
      } else {
        failures.push({ outcome, isFresh, at });
        // A server that is away would otherwise be asked in a tight loop.
        await sleep(20);
      }
    }
    client.close();
  };
  const clients = Promise.all(Array.from({ length: connections }, (_, index) => run(index)));
  return {
    failures,
    slowest: () => slowest,
    stop: async () => {
      over.abort();
      await clients;
    },
  };
};
