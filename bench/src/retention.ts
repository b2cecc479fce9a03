import { setTimeout as sleep } from 'node:timers/promises';
import { load, type LoadResult } from './loader.ts';
import type { Options } from './options.ts';
import { milliseconds, table, thousands, verdictTable, type Report, type Verdict } from './report.ts';
import { keepInPostgres, keepInSqlite, type Kept } from './retention-stores.ts';
import type { Target } from './target.ts';
import type { World } from './world.ts';

const latestLimit = 100;

/** How long the rest may take to be removed, against what the load left. */
const patience = 600;

interface Outcome {
  name: string;
  /** Posts a second without retention, as many as are answered. */
  full: LoadResult;
  /** At half of that rate, while metrics are removed. */
  half: LoadResult;
  /** How many of so many were removed during the load, in how many seconds. */
  removedMeanwhile: number;
  seconds: number;
  /** How many there were to remove, and how many seconds it took. */
  removed: number;
  took: number;
  faults: string[];
}

const post = async (target: Target, options: Options, rate?: number): Promise<LoadResult> => {
  const result = await load({ ...options, port: target.port, mode: 'keep-alive', ...(rate && { rate }) });
  if (result.others.size === 0) return result;
  const others = [...result.others].map(([outcome, times]) => `${times} × ${outcome}`);
  throw new Error(`answers other than 201: ${others.join(', ')}\n${target.log().join('\n')}`);
};

const until = async (isThere: () => Promise<boolean>): Promise<void> => {
  const end = performance.now() + patience * 1000;
  while (!(await isThere())) {
    if (performance.now() > end) throw new Error(`not done after ${patience} s`);
    await sleep(100);
  }
};

const measure = async (kept: Kept, options: Options): Promise<Outcome> => {
  const before = await kept.open();
  const full = await post(before, options);
  await until(async () => {
    const { folded, newest } = await kept.progress();
    return kept.name === 'SQLite' || folded === newest;
  });
  await before.stop();
  await kept.age();
  const { folded: last } = await kept.progress();

  const begin = performance.now();
  const target = await kept.open(1);
  const half = await post(target, options, full.rate / 2);
  const { removed: removedMeanwhile } = await kept.progress();
  const seconds = (performance.now() - begin) / 1000;
  await until(async () => (await kept.progress()).removed >= last);
  const took = (performance.now() - begin) / 1000;
  await target.stop();
  return {
    name: kept.name,
    full,
    half,
    removedMeanwhile,
    seconds,
    removed: last,
    took,
    faults: await kept.recount(),
  };
};

const verdictsOf = ({ name, half, faults }: Outcome): Verdict[] => [
  {
    limit: `${name}: p99 of posts at half speed while metrics are removed ≤ ${latestLimit} ms`,
    measured: `${milliseconds(half.p99)} ms`,
    isKept: half.p99 <= latestLimit,
  },
  {
    limit: `${name}: counts and extremes equal a recount`,
    measured: faults.length === 0 ? 'equal' : faults.join('; '),
    isKept: faults.length === 0,
  },
];

/** Removes a database's metrics while others are posted at half of the speed that it takes them without. */
export const retention = async (options: Options, world: World): Promise<Report> => {
  const outcomes: Outcome[] = [];
  for (const keep of [keepInSqlite, keepInPostgres]) {
    const kept = await keep(options, world);
    console.error(`retention: ${kept.name} holds ${thousands(options.rows)} metrics`);
    outcomes.push(await measure(kept, options));
    await kept.close();
  }
  const verdicts = outcomes.flatMap(verdictsOf);
  const rows = outcomes.map(({ name, full, half, removedMeanwhile, seconds, removed, took }) => [
    name,
    thousands(full.rate),
    milliseconds(full.p99),
    thousands(half.rate),
    milliseconds(half.p50),
    milliseconds(half.p99),
    thousands(removedMeanwhile / seconds),
    `${thousands(removed)} in ${thousands(took)} s`,
  ]);
  const head = [
    'database',
    '201/s without',
    'p99 ms',
    '201/s at half speed',
    'p50 ms',
    'p99 ms',
    'removed/s meanwhile',
    'removed in all',
  ];
  return {
    part: 'retention',
    how: `${options.connections} connections, ${options.workers} HTTP processes, ${options.seconds} s each`,
    verdicts,
    markdown: `${table(head, rows)}\n\n${verdictTable(verdicts)}`,
  };
};
