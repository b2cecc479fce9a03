import { setTimeout as sleep } from 'node:timers/promises';
import { isKilled } from '../chaos/excuses.ts';
import type { Outcome } from '../client.ts';
import { isReset } from '../tally.ts';
import { receivedBy } from './docker.ts';
import type { Install, Service } from './install.ts';

/** Something that happens to an installation under load, and what it excuses. */
export interface Trouble {
  name: string;
  make: (install: Install) => Promise<void>;
  /** Posts that may end so meanwhile; all else but 201 is a fault. */
  excusesPost?: (outcome: Outcome) => boolean;
  excusesRead?: (outcome: Outcome) => boolean;
}

/** What becomes of a post whose ingest dies under it. */
const isCutOff = (outcome: Outcome): boolean => isReset(outcome) || outcome === 502;

const isAway = (outcome: Outcome): boolean => isKilled(outcome) || outcome === 502;

const kill = (service: Service, excuses: Omit<Trouble, 'name' | 'make'> = {}): Trouble => ({
  name: `kill -9 of ${service}`,
  make: (install) => install.crash(service, Math.floor(Math.random() * 2)),
  ...excuses,
});

const perceptible = 100;

/** Waits until the gateway sends every container of a service its share. */
const awaitShares = async (install: Install, service: Service): Promise<void> => {
  // Longer than the gateway keeps addresses.
  await sleep(3_000);
  const ids = await install.containers(service);
  const before = await Promise.all(ids.map(receivedBy));
  await sleep(3_000);
  const after = await Promise.all(ids.map(receivedBy));
  const idle = after.filter((count, at) => count - (before[at] ?? 0) < perceptible).length;
  if (idle > 0) throw new Error(`${idle} of ${ids.length} containers of ${service} get nothing to do`);
};

const scale = (name: string, counts: Record<'ingest' | 'worker' | 'query', number>): Trouble => ({
  name,
  make: async (install) => {
    await install.up(counts);
    await awaitShares(install, 'ingest');
    await awaitShares(install, 'query');
  },
});

/** In this order. Nothing but a gateway that is away, or an ingest that dies under a post, excuses a post. */
export const troubles: readonly Trouble[] = [
  kill('ingest', { excusesPost: isCutOff }),
  kill('worker'),
  kill('query'),
  kill('redis'),
  kill('postgres', { excusesRead: (outcome) => outcome === 503 }),
  kill('gateway', { excusesPost: isKilled, excusesRead: isKilled }),
  scale('scaled up: ingest 4, worker 2, query 3', { ingest: 4, worker: 2, query: 3 }),
  scale('scaled down: ingest 2, worker 1, query 2', { ingest: 2, worker: 1, query: 2 }),
  {
    name: 'everything restarted',
    make: async (install) => {
      await install.compose('restart');
      await install.up();
    },
    excusesPost: isAway,
    excusesRead: (outcome) => isAway(outcome) || outcome === 503,
  },
];
