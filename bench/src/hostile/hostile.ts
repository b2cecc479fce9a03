import { fork } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { howPosted } from '../ingest.ts';
import type { Options } from '../options.ts';
import { median } from '../quantile.ts';
import { openFolder, releaseAtExit } from '../release.ts';
import { milliseconds, percent, table, thousands, verdictTable, type Report } from '../report.ts';
import { tryServer, type Beside, type Trial } from '../trial.ts';
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

/** Starts a process of this folder and waits until it says that it has begun; `stop` asks it to end. */
const begin = async (entry: string, order: string) => {
  const child = fork(new URL(entry, import.meta.url), [order]);
  const kill = releaseAtExit(() => child.kill('SIGKILL'));
  await once(child, 'message');
  return { child, kill };
};

/** Is hostile to the server until the load has ended; `tell` hears of what was done. */
const besiege =
  (idle: number, tell: (deeds: Deeds) => void): Beside =>
  async (port) => {
    const order: Order = { port, idle, slow: SLOW };
    const { child, kill } = await begin('process.ts', JSON.stringify(order));
    return async () => {
      const told = once(child, 'message');
      child.send('stop');
      const [deeds] = (await told) as [Deeds];
      tell(deeds);
      kill();
    };
  };

/** Takes as much of the processors as the hostile clients did, and does nothing else. */
const burn =
  (share: number): Beside =>
  async () => {
    const { kill } = await begin('burner.ts', String(share));
    return async () => kill();
  };

interface Round {
  alone: Trial;
  beset: Trial;
  /** With as much of the processors as `beset` had. */
  curbed: Trial;
  deeds: Deeds;
}

const tryRound = async (options: Options, idle: number): Promise<Round> => {
  const attempt = async (beside?: Beside): Promise<Trial> => {
    const folder = openFolder();
    const trial = await tryServer('keep-alive', options, folder.path, 0, beside);
    folder.close();
    return trial;
  };
  let deeds: Deeds = { connections: 0, attacks: {}, share: 0 };
  const alone = await attempt();
  const beset = await attempt(besiege(idle, (told) => (deeds = told)));
  const curbed = await attempt(burn(deeds.share));
  return { alone, beset, curbed, deeds };
};

const middle = (rounds: readonly Round[], figure: (round: Round) => number): number =>
  median(rounds.map(figure));

/**
 * Posts of many clients while others do what they can against the server. Those others share the processors with it,
 * which hostile clients elsewhere do not, so what counts is the comparison with posts beside a process that uses up as
 * much processor time as they did; in turns.
 */
export const hostile = async (options: Options): Promise<Report> => {
  const idle = idleConnections();
  const rounds: Round[] = [];
  for (let number = 1; number <= options.rounds; number++) {
    const round = await tryRound(options, idle);
    rounds.push(round);
    const rates = [round.alone, round.curbed, round.beset].map(({ rate }) => thousands(rate));
    console.error(`hostile ${number}: alone, curbed, beset ${rates.join(', ')}`);
  }
  const reference = middle(rounds, ({ curbed }) => curbed.rate);
  const ratio = middle(rounds, ({ beset }) => beset.rate) / reference;
  const memory = Math.max(...rounds.map(({ beset }) => beset.memory));
  const share = middle(rounds, ({ deeds }) => deeds.share);
  const verdicts = [
    {
      limit: `≥ ${percent(SHARE)} of the posts beside a process that only uses up as much processor time`,
      measured: percent(ratio),
      isKept: ratio >= SHARE,
    },
    {
      limit: `proportional set size of the process tree ≤ ${thousands(MEMORY)} MB`,
      measured: `${thousands(memory)} MB`,
      isKept: memory <= MEMORY,
    },
  ];
  const row = (name: string, which: 'alone' | 'curbed' | 'beset', others: number): (string | number)[] => {
    const figure = (of: (trial: Trial) => number): number => middle(rounds, (round) => of(round[which]));
    const rate = figure((trial) => trial.rate);
    return [
      name,
      thousands(rate),
      percent(rate / reference),
      milliseconds(figure((trial) => trial.p50)),
      milliseconds(figure((trial) => trial.p99)),
      thousands(figure(({ cost }) => cost.server)),
      thousands(figure(({ cost }) => cost.load)),
      percent(others),
      thousands(Math.max(...rounds.map((round) => round[which].memory))),
    ];
  };
  const head = [
    'posts',
    '201/s',
    'of the second row',
    'p50 ms',
    'p99 ms',
    'server, µs of processor a post',
    'load, µs a post',
    'others, of a core',
    'PSS max MB',
  ];
  const rows = [
    row('alone', 'alone', 0),
    row('beside a process that only uses the processors', 'curbed', share),
    row('beside hostile clients', 'beset', share),
  ];
  const deeds = rounds.at(-1)?.deeds;
  const list = Object.entries(deeds?.attacks ?? {}).map(([name, count]) => `- ${thousands(count)} ${name}`);
  const markdown = [
    table(head, rows),
    verdictTable(verdicts),
    `In the last round, ${thousands(deeds?.connections ?? 0)} connections that do nothing, or send a byte now and then, and`,
    list.join('\n'),
  ].join('\n\n');
  return { part: 'hostile', how: howPosted(options), verdicts, markdown };
};
