import type { Options } from '../options.ts';
import { median } from '../quantile.ts';
import { percent, table, thousands, verdictTable, type Report, type Verdict } from '../report.ts';
import type { World } from '../world.ts';
import { openBackend, type Backend } from './backends.ts';
import { insertBare } from './bare-insert.ts';
import { drain, type Drain } from './drain.ts';

const share = 0.7;

/** Rows in a transaction of the bare insert, of which the best counts. */
const transactions = [1_000, 5_000, 20_000];

/** Records in a job: about what 64 connections fill, and what an import does. */
const jobs = [50, 500];

const workers = [1, 2, 4];

interface Bare {
  size: number;
  rate: number;
}

const insertAll = async (backend: Backend, world: World, { rows, rounds }: Options): Promise<Bare[]> => {
  const found: Bare[] = [];
  for (const size of transactions) {
    const rates: number[] = [];
    for (let round = 0; round < rounds; round++) {
      const database = await backend.createDatabase();
      rates.push(await insertBare(database, world, rows, size));
      await database.drop();
    }
    found.push({ size, rate: median(rates) });
    console.error(`insert, ${size} a transaction: ${thousands(median(rates))}`);
  }
  return found;
};

interface Drained extends Drain {
  size: number;
  workers: number;
}

const drainAll = async (backend: Backend, world: World, { rows, rounds }: Options): Promise<Drained[]> => {
  const found: Drained[] = [];
  for (const size of jobs) {
    for (const count of workers) {
      const drains: Drain[] = [];
      for (let round = 0; round < rounds; round++) {
        const database = await backend.createDatabase();
        drains.push(await drain(backend, database, { world, metrics: rows, size, workers: count }));
        await database.drop();
      }
      const middle = (figure: (each: Drain) => number): number => median(drains.map(figure));
      found.push({
        size,
        workers: count,
        rate: middle(({ rate }) => rate),
        contended: middle(({ contended }) => contended),
        worker: middle(({ worker }) => worker),
        postgres: middle(({ postgres }) => postgres),
      });
      console.error(`insert, ${count} workers, jobs of ${size}: ${thousands(found.at(-1)?.rate ?? 0)}`);
    }
  }
  return found;
};

/** Workers alone on a queue that was filled before, against the best insert of the same metrics that does nothing else. */
export const insert = async (options: Options, world: World): Promise<Report> => {
  const backend = await openBackend();
  const bare = await insertAll(backend, world, options);
  const drained = await drainAll(backend, world, options);
  const about = await backend.describe();
  await backend.close();

  const best = Math.max(...bare.map(({ rate }) => rate));
  const verdicts: Verdict[] = jobs.map((size) => {
    const rate = drained.find((each) => each.size === size && each.workers === 1)?.rate ?? 0;
    return {
      limit: `one worker, jobs of ${size}: ≥ ${percent(share)} of the best bare insert`,
      measured: percent(rate / best),
      isKept: rate >= share * best,
    };
  });
  const head = [
    'stored',
    'metrics/s',
    'of the best bare',
    'of one worker fewer',
    'insert lock waited for',
    'worker µs',
    'PostgreSQL µs',
  ];
  const fewer = ({ size, workers: count }: Drained): Drained | undefined =>
    drained.findLast((each) => each.size === size && each.workers < count);
  const rows = [
    ...bare.map(({ size, rate }) => [
      `bare insert, ${thousands(size)} in a transaction`,
      thousands(rate),
      percent(rate / best),
      '',
      '',
      '',
      '',
    ]),
    ...drained.map((each) => {
      const before = fewer(each);
      return [
        `${each.workers} × worker, jobs of ${each.size}`,
        thousands(each.rate),
        percent(each.rate / best),
        before ? percent(each.rate / before.rate) : '',
        percent(each.contended),
        each.worker.toFixed(1),
        each.postgres.toFixed(1),
      ];
    }),
  ];
  return {
    part: 'insert',
    how: `${thousands(options.rows)} metrics, medians of ${options.rounds} runs; ${about}`,
    verdicts,
    markdown: `${table(head, rows)}\n\n${verdictTable(verdicts)}`,
  };
};
