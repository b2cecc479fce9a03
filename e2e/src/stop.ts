import { setTimeout as sleep } from 'node:timers/promises';
import { openFolder } from '@monitor-server/bench/release';
import { freePort, openServer } from '@monitor-server/bench/target';
import { tree } from '@monitor-server/bench/tree';
import { createLedger } from './ledger.ts';
import type { Options } from './options.ts';
import { isFree } from './ports.ts';
import { describe, isRefused, isReset, settle } from './tally.ts';
import { openTraffic, type Failure } from './traffic.ts';
import { readAll } from './walk.ts';

const limit = 10_000;

/** SIGTERM under load: no answer but 201, gone in time, nothing acknowledged is missing. */
export const stop = async ({ rounds = 10, connections = 32, workers }: Options): Promise<boolean> => {
  const folder = openFolder();
  const port = await freePort();
  const ledger = createLedger();
  const early: Failure[] = [];
  const late: Failure[] = [];
  const times: number[] = [];
  let badExits = 0;
  let left = 0;

  for (let round = 0; round < rounds; round++) {
    const server = await openServer({ folder: folder.path, workers, port });
    const traffic = openTraffic({ ports: [port], connections, ledger });
    await sleep(500 + Math.random() * 1000);
    const began = performance.now();
    const pids = tree(server.pid);
    const { code, milliseconds } = await server.stop(limit + 5000);
    await traffic.stop();
    times.push(milliseconds);
    if (code !== 0) badExits++;
    if (tree(server.pid).length > 1 || pids.some((pid) => tree(pid).length > 1) || !(await isFree(port)))
      left++;
    for (const failure of traffic.failures) (failure.at < began ? early : late).push(failure);
    console.log(`round ${round + 1}: ended with ${code} after ${Math.round(milliseconds)} ms`);
  }

  const server = await openServer({ folder: folder.path, workers, port });
  const balance = await ledger.compare(readAll(port));
  await server.stop();
  folder.close();
  const resets = late.filter(({ outcome }) => isReset(outcome));
  const others = late.filter(({ outcome }) => !isReset(outcome) && !isRefused(outcome));
  return settle(`SIGTERM, ${rounds} rounds, ${connections} connections`, {
    figures: {
      sent: ledger.sent(),
      'acknowledged (201)': ledger.acknowledged.size,
      'refused after the stop began': late.filter(({ outcome }) => isRefused(outcome)).length,
      'reset after the stop began, new connection': resets.filter(({ isFresh }) => isFresh).length,
      'reset after the stop began, kept connection': resets.filter(({ isFresh }) => !isFresh).length,
      'slowest stop, ms': Math.round(Math.max(...times)),
      stored: balance.stored,
      'other answers were': describe([...early, ...others].map(({ outcome }) => outcome)),
    },
    mustBeZero: {
      'failures before the stop began': early.length,
      'other answers': others.length,
      'stops over 10 s': times.filter((time) => time > limit).length,
      'exit codes other than 0': badExits,
      'ports or processes left': left,
      lost: balance.lost,
      doubled: balance.doubled,
      altered: balance.altered,
    },
  });
};
