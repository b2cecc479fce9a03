import type { LoadResult } from '../loader.ts';
import type { Options } from '../options.ts';
import { median, quantile } from '../quantile.ts';
import { milliseconds, table, thousands, verdictTable, type Report, type Verdict } from '../report.ts';
import { openBackend, type Backend, type Syncing } from './backends.ts';
import {
  sustainedRate,
  tryFloor,
  tryPipeline,
  type PipelineOptions,
  type PipelineTrial,
} from './pipeline-trial.ts';
import { probe, type Readability } from './probe.ts';

const loneLimit = 1;
const readableLimit = 250;

type Row = (string | number)[];

const cells = (name: string, results: readonly LoadResult[]): Row => [
  name,
  thousands(median(results.map(({ rate }) => rate))),
  milliseconds(median(results.map(({ p50 }) => p50))),
  milliseconds(median(results.map(({ p99 }) => p99))),
];

const times = (name: string, all: readonly number[]): Row => [
  name,
  thousands(all.length),
  milliseconds(quantile(all, 0.5)),
  milliseconds(quantile(all, 0.99)),
];

const tryOn = async (backend: Backend, options: PipelineOptions): Promise<PipelineTrial> => {
  const database = await backend.createDatabase();
  const trial = await tryPipeline(backend, database, options);
  await database.drop();
  return trial;
};

/** One connection alone, and how soon what was answered with 201 can be read while the pipeline is half busy. */
export const latency = async (options: Options): Promise<Report> => {
  const { connections, rounds } = options;
  const backend = await openBackend();
  const lone: Record<Syncing | 'floor', LoadResult[]> = { floor: [], always: [], everysec: [] };
  const full: PipelineTrial[] = [];
  const half: PipelineTrial[] = [];
  const readable: Readability = { polled: [], preferred: [] };
  for (let round = 0; round < rounds; round++) {
    const single = { ...options, connections: 1, loaders: 1 };
    lone.floor.push(await tryFloor(single));
    for (const syncing of ['always', 'everysec'] as const) {
      lone[syncing].push(await tryOn(backend, { ...single, syncing }));
    }
    const loaded = { ...options, syncing: 'always' } as const;
    const fastest = await tryOn(backend, loaded);
    full.push(fastest);
    half.push(
      await tryOn(backend, {
        ...loaded,
        rate: sustainedRate(fastest) / 2,
        beside: async (port, from, to) => {
          const { polled, preferred } = await probe(port, from, to);
          readable.polled.push(...polled);
          readable.preferred.push(...preferred);
          return { metrics: polled.length + preferred.length };
        },
      }),
    );
    console.error(`latency ${round + 1}: ${milliseconds(quantile(readable.polled, 0.99))} ms`);
  }
  const about = await backend.describe();
  await backend.close();

  const alone = median(lone.always.map(({ p50 }) => p50));
  const late = quantile(readable.polled, 0.99);
  const verdicts: Verdict[] = [
    {
      limit: `one connection, always: p50 ≤ ${loneLimit} ms`,
      measured: `${milliseconds(alone)} ms`,
      isKept: alone <= loneLimit,
    },
    {
      limit: `at half load: p99 from 201 to readable ≤ ${readableLimit} ms`,
      measured: `${milliseconds(late)} ms`,
      isKept: late <= readableLimit,
    },
  ];
  return {
    part: 'latency',
    how: `${options.workers} HTTP processes and a worker, medians of ${rounds} × ${options.seconds} s; ${about}`,
    verdicts,
    markdown: [
      table(
        ['posts', 'a second', 'p50 ms', 'p99 ms'],
        [
          cells('1 connection, floor', lone.floor),
          cells('1 connection, always', lone.always),
          cells('1 connection, everysec', lone.everysec),
          cells(`${connections} connections, always, full load`, full),
          cells(`${connections} connections, always, half load`, half),
        ],
      ),
      table(
        ['at half load', 'metrics', 'p50 ms', 'p99 ms'],
        [
          times('from 201 until a count has it', readable.polled),
          times('from the post until its answer, with `Prefer: wait`', readable.preferred),
        ],
      ),
      verdictTable(verdicts),
    ].join('\n\n'),
  };
};
