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

export interface Traffic {
  failures: Failure[];
  /** No more posts; resolves when the last one is answered. */
  stop: () => Promise<void>;
}

const path = '/api/v1/metrics/';

/** Clients that post one metric after another, every second one on a new connection for each. */
export const openTraffic = (port: number, connections: number, ledger: Ledger): Traffic => {
  const failures: Failure[] = [];
  const over = new AbortController();
  const run = async (index: number): Promise<void> => {
    const isFresh = index % 2 === 1;
    const client = createClient(port, isFresh);
    while (!over.signal.aborted) {
      const { serial, metric } = ledger.next();
      const outcome = await client.post(path, metric);
      if (outcome === 201) {
        ledger.acknowledge(serial);
      } else {
        failures.push({ outcome, isFresh, at: performance.now() });
        // A server that is away would otherwise be asked in a tight loop.
        await sleep(20);
      }
    }
    client.close();
  };
  const clients = Promise.all(Array.from({ length: connections }, (_, index) => run(index)));
  return {
    failures,
    stop: async () => {
      over.abort();
      await clients;
    },
  };
};
