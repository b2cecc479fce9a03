import { setTimeout as sleep } from 'node:timers/promises';
import { get } from '@monitor-server/bench/get';
import { openFolder } from '@monitor-server/bench/release';
import { openServer, type Target } from '@monitor-server/bench/target';
import { children, isAlive, tree } from '@monitor-server/bench/tree';
import { createLedger } from './ledger.ts';
import type { Options } from './options.ts';
import { within } from './patience.ts';
import { isFree, quietPort } from './ports.ts';
import { describe, isRefused, isReset, settle } from './tally.ts';
import { openTraffic } from './traffic.ts';
import { readAll } from './walk.ts';

/** From when to when a request may fail because a process was killed. */
interface Disruption {
  from: number;
  to: number;
}

/** A connection that the dead process held is noticed at once; this is for a loaded machine. */
const grace = 1500;

const victims = ['a child', 'the root', 'another child', 'all'] as const;
type Victim = (typeof victims)[number];

const sigkill = (pid: number): void => {
  try {
    process.kill(pid, 'SIGKILL');
  } catch {
    // A child may have ended with its parent just now.
  }
};

/** True when, in time, as many children are there as before and the dead one is not among them. */
const killChild = async (server: Target, round: number): Promise<boolean> => {
  const before = children(server.pid);
  const victim = before[round % before.length];
  if (victim === undefined) throw new Error('the server has no child processes');
  sigkill(victim);
  return within(5000, () => {
    const now = children(server.pid);
    return now.length === before.length && !now.includes(victim);
  });
};

/** True when, in time, nothing of the tree is left and the port is free. */
const killRoot = async (server: Target, victim: Victim): Promise<boolean> => {
  const all = tree(server.pid);
  for (const pid of victim === 'all' ? all : [server.pid]) sigkill(pid);
  await server.exited;
  return within(3000, async () => !all.some(isAlive) && (await isFree(server.port)));
};

/** A server that is one process tree. */
export interface TreeServer {
  name: string;
  start: (port: number) => Promise<Target>;
  /** Resolves when all that was accepted is stored, with figures that must be 0. */
  awaitRest: (port: number) => Promise<Record<string, number>>;
}

/** Kills processes at random moments under load: every record that got 201 has to be there exactly once. */
export const killTree = async (
  { name, start, awaitRest }: TreeServer,
  { rounds, connections }: { rounds: number; connections: number },
): Promise<boolean> => {
  const port = await quietPort();
  const ledger = createLedger();
  let server = await start(port);
  const traffic = openTraffic({ ports: [port], connections, ledger });
  const disruptions: Disruption[] = [];
  let unrepaired = 0;
  let orphaned = 0;

  for (let round = 0; round < rounds; round++) {
    await sleep(300 + Math.random() * 1500);
    const victim = victims[round % victims.length] as Victim;
    const from = performance.now();
    if (victim === 'all' || victim === 'the root') {
      if (!(await killRoot(server, victim))) orphaned++;
      server.kill();
      server = await start(port);
    } else if (!(await killChild(server, round))) {
      unrepaired++;
    }
    const took = performance.now() - from;
    disruptions.push({ from, to: victim.endsWith('child') ? from + grace : performance.now() + grace });
    console.log(`round ${round + 1}: killed ${victim}, whole again after ${Math.round(took)} ms`);
  }
  await sleep(1000);
  await traffic.stop();
  // With one HTTP process there is nobody to answer before its successor listens.
  await within(5000, () =>
    get(port, '/api/v1/metrics/count').then(
      () => true,
      () => false,
    ),
  );

  const outcomes = traffic.failures.map(({ outcome }) => outcome);
  const stray = traffic.failures.filter(
    ({ at }) => !disruptions.some(({ from, to }) => at >= from && at <= to),
  );
  const others = outcomes.filter((outcome) => !isReset(outcome) && !isRefused(outcome));
  const rest = await awaitRest(port);
  const balance = await ledger.compare(readAll(port));
  const exit = await server.stop();
  return settle(`${name}, ${rounds} rounds, ${connections} connections`, {
    figures: {
      sent: ledger.sent(),
      'acknowledged (201)': ledger.acknowledged.size,
      'resets by a killed process': outcomes.filter(isReset).length,
      'refused while the root was away': outcomes.filter(isRefused).length,
      stored: balance.stored,
      'other answers were': describe(others),
      'failures at other times were': describe(stray.map(({ outcome }) => outcome)),
    },
    mustBeZero: {
      'other answers': others.length,
      'failures at other times': stray.length,
      lost: balance.lost,
      doubled: balance.doubled,
      altered: balance.altered,
      ...rest,
      'children not replaced within 5 s': unrepaired,
      'ports or orphans not gone within 3 s': orphaned,
      'exit code of the last stop': exit.code ?? 1,
    },
  });
};

/** Kills the processes of the embedded server, one at a time and all at once. */
export const kill = async ({ rounds = 20, connections = 32, workers }: Options): Promise<boolean> => {
  const folder = openFolder();
  const isClean = await killTree(
    {
      name: 'kill -9',
      start: (port) => openServer({ folder: folder.path, workers, port }),
      // Nothing is accepted before it is stored.
      awaitRest: () => Promise.resolve({}),
    },
    { rounds, connections },
  );
  folder.close();
  return isClean;
};
