import { get } from '../get.ts';
import type { Options } from '../options.ts';
import { median } from '../quantile.ts';
import { percent, table, thousands, verdictTable, type Report, type Verdict } from '../report.ts';
import { watchMemory } from '../tree.ts';
import type { World } from '../world.ts';
import { openBackend } from './backends.ts';
import type { Database } from './database.ts';
import { readCopy, readExport, type Stream } from './export-stream.ts';
import { openQuery } from './services.ts';
import { seedStore } from './store-seed.ts';

const rateLimit = 100_000;
const growthLimit = 60;

const memoryEveryMs = 100;

interface Floor {
  name: string;
  select: string;
}

/** The facts as they are stored, and with the texts that an export has. */
const floors: Floor[] = [
  { name: 'COPY of `metric`', select: 'SELECT * FROM metric ORDER BY id' },
  {
    name: 'COPY of `metric` joined with its texts',
    select: `SELECT m.id, session.h, context.h, start_us, item_path, item, item_variant, item_fs_loc, kind,
        component.name, total_time, user_time, kernel_time, cpu_usage, mem_usage
      FROM metric m JOIN test ON test.id = test_id JOIN component ON component.id = m.component_id
      JOIN session ON session.id = session_id JOIN context ON context.id = context_id ORDER BY m.id`,
  },
];

interface Kind {
  name: string;
  query: string;
  isPacked: boolean;
  /** Lines before the first row. */
  head: number;
}

const kinds: Kind[] = [
  { name: 'ndjson', query: 'format=ndjson', isPacked: false, head: 0 },
  { name: 'ndjson, joined', query: 'format=ndjson&join=session,context', isPacked: false, head: 0 },
  { name: 'ndjson, gzip', query: 'format=ndjson', isPacked: true, head: 0 },
  { name: 'csv', query: 'format=csv', isPacked: false, head: 1 },
  { name: 'csv, joined', query: 'format=csv&join=session,context', isPacked: false, head: 1 },
  { name: 'csv, gzip', query: 'format=csv', isPacked: true, head: 1 },
];

interface Exported extends Stream {
  /** By how many MB the process grew at most. */
  growth: number;
}

const check = ({ rows }: Stream, expected: number, name: string): void => {
  if (rows !== expected) throw new Error(`${name}: ${rows} rows instead of ${expected}`);
};

/** One export from a process that was just started, and has answered nothing big before. */
const exportOnce = async (database: Database, { query, isPacked, head }: Kind): Promise<Exported> => {
  const target = await openQuery(database.uri);
  try {
    await get(target.port, '/api/v1/metrics/count');
    const memory = watchMemory(target.pid, memoryEveryMs);
    const stream = await readExport(target.port, `/api/v1/export/metrics?${query}`, isPacked, head);
    const samples = memory.stop().map(({ megabytes }) => megabytes);
    return { ...stream, growth: Math.max(...samples) - (samples[0] as number) };
  } finally {
    await target.stop();
  }
};

const rateOf = (streams: readonly Stream[]): number =>
  median(streams.map(({ rows, seconds }) => rows / seconds));

/** Everything as one stream in every format, against what PostgreSQL sends the same client. */
export const exports = async (options: Options, world: World): Promise<Report> => {
  const { rows: metrics, rounds } = options;
  const backend = await openBackend();
  const database = await backend.createDatabase();
  const seeded = await seedStore(database, world, metrics);
  console.error(`export: ${thousands(metrics)} metrics stored, ${thousands(seeded)} a second`);

  const copied = floors.map(({ name }) => ({ name, streams: [] as Stream[] }));
  const exported = kinds.map((kind) => ({ ...kind, streams: [] as Exported[] }));
  for (let round = 0; round < rounds; round++) {
    for (const [index, { name, select }] of floors.entries()) {
      const stream = await readCopy(database.uri, select);
      check(stream, metrics, name);
      copied[index]?.streams.push(stream);
    }
    for (const { streams, ...kind } of exported) {
      const stream = await exportOnce(database, kind);
      check(stream, metrics, kind.name);
      streams.push(stream);
      console.error(`export, ${kind.name}: ${thousands(stream.rows / stream.seconds)} a second`);
    }
  }
  const about = await backend.describe();
  await backend.close();

  const best = rateOf(copied[0]?.streams ?? []);
  const megabytes = ({ bytes }: Stream): string => thousands(bytes / 2 ** 20);
  const cells = (name: string, streams: readonly Stream[]): string[] => [
    name,
    thousands(rateOf(streams)),
    percent(rateOf(streams) / best),
    megabytes(streams[0] as Stream),
  ];
  const growthOf = (streams: readonly Exported[]): number => Math.max(...streams.map(({ growth }) => growth));
  const rows = [
    ...copied.map(({ name, streams }) => [...cells(name, streams), '']),
    ...exported.map(({ name, streams }) => [...cells(name, streams), growthOf(streams).toFixed(0)]),
  ];
  const slowest = Math.min(...exported.map(({ streams }) => rateOf(streams)));
  const growth = Math.max(...exported.map(({ streams }) => growthOf(streams)));
  const verdicts: Verdict[] = [
    {
      limit: `every format: ≥ ${thousands(rateLimit)} rows/s`,
      measured: `${thousands(slowest)}/s`,
      isKept: slowest >= rateLimit,
    },
    {
      limit: `memory growth of the process ≤ ${growthLimit} MB`,
      measured: `${growth.toFixed(0)} MB`,
      isKept: growth <= growthLimit,
    },
  ];
  return {
    part: 'export',
    how: `${thousands(metrics)} metrics, medians of ${rounds} runs; ${about}`,
    verdicts,
    markdown: [
      table(['export', 'rows/s', 'of COPY', 'MiB sent', 'PSS growth max MB'], rows),
      verdictTable(verdicts),
    ].join('\n\n'),
  };
};
