import { fork } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { howPosted, trialRow } from '../ingest.ts';
import type { Options } from '../options.ts';
import { median } from '../quantile.ts';
import { openFolder, releaseAtExit } from '../release.ts';
import { percent, table, thousands, verdictTable, type Report } from '../report.ts';
import { tryServer, type Trial } from '../trial.ts';
import type { Deeds, Order } from './process.ts';

/** Posts of others have to keep this share of their speed. */
const SHARE = 0.8;

/** All processes together, with all connections open, in MB. */
const MEMORY = 1_000;

const IDLE = 10_000;
const SLOW = 500;

/** Files and connections that a process may have open beside those that do nothing. */
const RESERVE = 2_000;

/** As many idle connections as this machine lets one process open. */
const idleConnections = (): number => {
  const limit = /^Max open files +\d+ +(\d+)/m.exec(readFileSync('/proc/self/limits', 'utf8'))?.[1];
  return Math.max(0, Math.min(IDLE, Number(limit ?? Infinity) - RESERVE));
};

/** Begins to be hostile to the server at a port; `stop` ends that and tells what was done. */
const beginHostility = async (port: number, idle: number): Promise<{ stop: () => Promise<Deeds> }> => {
  const order: Order = { port, idle, slow: SLOW };
  const child = fork(new URL('process.ts', import.meta.url), [JSON.stringify(order)]);
  const kill = releaseAtExit(() => child.kill('SIGKILL'));
  await once(child, 'message');
  return {
    async stop() {
      const told = once(child, 'message');
      child.send('stop');
      const [deeds] = (await told) as [Deeds];
      kill();
      return deeds;
    },
  };
};

/** Posts of many clients while others do what they can against it, against the same without those, in turns. */
export const hostile = async (options: Options): Promise<Report> => {
  const idle = idleConnections();
  const alone: Trial[] = [];
  const beset: Trial[] = [];
  let deeds: Deeds = { connections: 0, attacks: {} };
  for (let round = 0; round < options.rounds; round++) {
    const quiet = openFolder();
    alone.push(await tryServer('keep-alive', options, quiet.path));
    quiet.close();
    const folder = openFolder();
    beset.push(
      await tryServer('keep-alive', options, folder.path, 0, async (port) => {
        const hostility = await beginHostility(port, idle);
        return async () => {
          deeds = await hostility.stop();
        };
      }),
    );
    folder.close();
    console.error(
      `hostile ${round + 1}: ${thousands(alone[round]!.rate)} → ${thousands(beset[round]!.rate)}`,
    );
  }
  const rate = (trials: Trial[]): number => median(trials.map((trial) => trial.rate));
  const ratio = rate(beset) / rate(alone);
  const memory = Math.max(...beset.map((trial) => trial.memory));
  const verdicts = [
    {
      limit: `≥ ${percent(SHARE)} of the posts without hostile clients`,
      measured: percent(ratio),
      isKept: ratio >= SHARE,
    },
    {
      limit: `proportional set size of the process tree ≤ ${thousands(MEMORY)} MB`,
      measured: `${thousands(memory)} MB`,
      isKept: memory <= MEMORY,
    },
  ];
  const head = ['posts', '201/s', 'of those alone', 'p50 ms', 'p99 ms', 'PSS max MB'];
  const rows = [trialRow('alone', alone, 1), trialRow('beside hostile clients', beset, ratio)];
  const list = Object.entries(deeds.attacks).map(([name, count]) => `- ${thousands(count)} ${name}`);
  const markdown = [
    table(head, rows),
    verdictTable(verdicts),
    `In the last round, ${thousands(deeds.connections)} connections that do nothing, or send a byte now and then, and`,
    list.join('\n'),
  ].join('\n\n');
  return { part: 'hostile', how: howPosted(options), verdicts, markdown };
};
