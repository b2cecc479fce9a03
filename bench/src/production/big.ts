import type { Options } from '../options.ts';
import { median } from '../quantile.ts';
import { slowestOf, timeReads } from '../read-times.ts';
import { openFolder } from '../release.ts';
import {
  milliseconds,
  percent,
  table,
  thousands,
  verdictTable,
  type Report,
  type Verdict,
} from '../report.ts';
import type { World } from '../world.ts';
import { openBackend, openBroker, type Backend } from './backends.ts';
import type { Database } from './database.ts';
import { growthTable, latestLimit, latestOf, medianLimit, type Reading } from './growth.ts';
import { sustainedRate, tryPipeline, type PipelineTrial } from './pipeline-trial.ts';
import { openPipeline } from './services.ts';
import { seedStore } from './store-seed.ts';

const share = 0.7;

interface Size extends Reading {
  /** Metrics seeded a second, all that is derived from them included. */
  rate: number;
  /** On the disk, with all indexes. */
  bytes: number;
}

const read = async (
  database: Database,
  world: World,
  metrics: number,
  options: Options,
): Promise<Reading> => {
  const folder = openFolder();
  const broker = await openBroker('always');
  const surroundings = { database: database.uri, queue: broker.uri, folder: folder.path };
  const target = await openPipeline(surroundings, options.workers);
  try {
    return {
      metrics,
      reads: await timeReads({ port: target.port, world, rows: metrics, runs: options.runs }),
    };
  } finally {
    await target.stop();
    await broker.close();
    folder.close();
  }
};

const measure = async (
  database: Database,
  world: World,
  metrics: number,
  options: Options,
): Promise<Size> => {
  const rate = await seedStore(database, world, metrics);
  console.error(`big: ${thousands(metrics)} metrics stored, ${thousands(rate)} a second`);
  const bytes = (await database.sizes()).reduce((sum, each) => sum + each.bytes, 0);
  return { rate, bytes, ...(await read(database, world, metrics, options)) };
};

/** Posts into a database that holds much, and into an empty one, in turns; the full one gets fuller meanwhile. */
const load = async (
  backend: Backend,
  full: Database,
  options: Options,
): Promise<{ empty: PipelineTrial[]; full: PipelineTrial[] }> => {
  const trials: { empty: PipelineTrial[]; full: PipelineTrial[] } = { empty: [], full: [] };
  for (let round = 0; round < options.rounds; round++) {
    const empty = await backend.createDatabase();
    trials.empty.push(await tryPipeline(backend, empty, { ...options, syncing: 'always' }));
    await empty.drop();
    trials.full.push(await tryPipeline(backend, full, { ...options, syncing: 'always' }));
    const rates = [trials.empty, trials.full].map((each) => thousands(each.at(-1)?.backlog.storedRate ?? 0));
    console.error(`big, posts ${round + 1}: ${rates.join(' → ')}`);
  }
  return trials;
};

const readVerdicts = ({ metrics, reads }: Reading): Verdict[] => {
  const limited = reads.filter(({ isLimited }) => isLimited);
  const over = limited.filter(({ times }) => median(times) > medianLimit);
  const groups = [...Map.groupBy(limited, ({ group }) => group).values()];
  const late = groups.filter((members) => latestOf(members) > latestLimit);
  for (const { path, times } of over) {
    console.error(`above ${medianLimit} ms at ${thousands(metrics)}: ${milliseconds(median(times))} ${path}`);
  }
  return [
    {
      limit: `${thousands(metrics)} metrics: the median of every read ≤ ${medianLimit} ms`,
      measured: `${over.length} of ${limited.length} above, slowest ${milliseconds(slowestOf(limited).median)} ms`,
      isKept: over.length === 0,
    },
    {
      limit: `${thousands(metrics)} metrics: p99 of every route ≤ ${latestLimit} ms`,
      measured: `${late.length} of ${groups.length} above, latest ${milliseconds(Math.max(...groups.map(latestOf)))} ms`,
      isKept: late.length === 0,
    },
  ];
};

/** Every GET at several sizes, and posts into the largest against posts into an empty database. */
export const big = async (options: Options, world: World): Promise<Report> => {
  const backend = await openBackend();
  const sizes: Size[] = [];
  const ordered = options.sizes.toSorted((a, b) => a - b);
  for (const metrics of ordered.slice(0, -1)) {
    const database = await backend.createDatabase();
    sizes.push(await measure(database, world, metrics, options));
    await database.drop();
  }
  const largest = await backend.createDatabase();
  sizes.push(await measure(largest, world, ordered.at(-1) as number, options));
  const trials = await load(backend, largest, options);
  const about = await backend.describe();
  await backend.close();

  const [empty, full] = [trials.empty, trials.full].map((each) => median(each.map(sustainedRate))) as [
    number,
    number,
  ];
  const verdicts: Verdict[] = [
    ...readVerdicts(sizes.at(-1) as Size),
    {
      limit: `posts: ≥ ${percent(share)} of the speed into an empty database`,
      measured: percent(full / empty),
      isKept: full >= share * empty,
    },
  ];
  const sizeRows = sizes.map(({ metrics, rate, bytes }) => [
    thousands(metrics),
    thousands(rate),
    thousands(bytes / 2 ** 20),
    (bytes / metrics).toFixed(0),
  ]);
  const postRow = (name: string, rate: number, of: readonly PipelineTrial[]): (string | number)[] => [
    name,
    thousands(rate),
    percent(rate / empty),
    milliseconds(median(of.map(({ p50 }) => p50))),
    milliseconds(median(of.map(({ p99 }) => p99))),
  ];
  return {
    part: 'big',
    how: `${options.runs} runs of each read, posts medians of ${options.rounds} × ${options.seconds} s over ${options.connections} connections; ${about}`,
    verdicts,
    markdown: [
      table(['metrics', 'seeded a second', 'MiB on disk', 'bytes a metric'], sizeRows),
      growthTable(sizes, true),
      table(
        ['posts into a database of so many metrics', 'stored/s', 'of empty', 'p50 ms', 'p99 ms'],
        [
          postRow('empty', empty, trials.empty),
          postRow(thousands(ordered.at(-1) as number), full, trials.full),
        ],
      ),
      verdictTable(verdicts),
      'Without a limit:',
      growthTable(sizes, false),
    ].join('\n\n'),
  };
};
