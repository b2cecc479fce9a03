import type { Metric } from '@monitor-server/contract';
import { storedTime } from '@monitor-server/contract/values';
import { migratePostgres } from '@monitor-server/store/postgres';
import { Client, types } from 'pg';
import type { World } from '../world.ts';
import type { Database } from './database.ts';
import { recordLists } from './records.ts';

const { INT4, INT8, FLOAT8 }: Record<'INT4' | 'INT8' | 'FLOAT8', number> = types.builtins;

const columns = [
  ['start_us', INT8],
  ['total_time', FLOAT8],
  ['user_time', FLOAT8],
  ['kernel_time', FLOAT8],
  ['cpu_usage', FLOAT8],
  ['mem_usage', FLOAT8],
  ['test_id', INT4],
  ['session_id', INT4],
  ['context_id', INT4],
  ['component_id', INT4],
] as const;
type Column = (typeof columns)[number][0];
type Row = Record<Column, number>;

const typeNames: Record<number, string> = { [INT4]: 'integer', [INT8]: 'bigint', [FLOAT8]: 'float8' };

const names = columns.map(([name]) => name).join(', ');
const parameters = columns.map(([, type], index) => `$${index + 1}::${typeNames[type]}[]`).join(', ');
const insert = `INSERT INTO metric (${names}) SELECT * FROM unnest(${parameters})`;

/** An array in the binary format of PostgreSQL, so that the server has nothing to parse. */
const array = (type: number, values: readonly number[]): Buffer => {
  const size = type === INT4 ? 4 : 8;
  const bytes = Buffer.alloc(20 + values.length * (4 + size));
  // Dimensions, no nulls, type; length and lower bound of the one dimension.
  for (const [index, field] of [1, 0, type, values.length, 1].entries()) bytes.writeInt32BE(field, 4 * index);
  for (const [index, value] of values.entries()) {
    const at = 20 + index * (4 + size);
    bytes.writeInt32BE(size, at);
    if (type === INT4) bytes.writeInt32BE(value, at + 4);
    else if (type === INT8) bytes.writeBigInt64BE(BigInt(value), at + 4);
    else bytes.writeDoubleBE(value, at + 4);
  }
  return bytes;
};

/** Numbers things in the order in which they come. */
const createNumbering = (): ((text: string) => number) => {
  const known = new Map<string, number>();
  return (text) => {
    const number = known.get(text) ?? known.size + 1;
    known.set(text, number);
    return number;
  };
};

const createRows = (): ((metric: Metric) => Row) => {
  const [test, session, context, component] = Array.from({ length: 4 }, createNumbering) as [
    (text: string) => number,
    (text: string) => number,
    (text: string) => number,
    (text: string) => number,
  ];
  return (metric) => ({
    start_us: storedTime(metric.item_start_time).micros,
    total_time: metric.total_time,
    user_time: metric.user_time,
    kernel_time: metric.kernel_time,
    cpu_usage: metric.cpu_usage,
    mem_usage: metric.mem_usage,
    test_id: test([metric.item_path, metric.item, metric.item_variant].join('\0')),
    session_id: session(metric.session_h),
    context_id: context(metric.context_h),
    component_id: component(metric.component),
  });
};

/** The parameters of every insert, made beforehand. */
const prepare = (world: World, metrics: number, size: number): Buffer[][] => {
  const rowOf = createRows();
  return [...recordLists(world, metrics, size)].map((records) => {
    const rows = records.flatMap((record) => (record.type === 'metric' ? [rowOf(record.value)] : []));
    return columns.map(([name, type]) =>
      array(
        type,
        rows.map((row) => row[name]),
      ),
    );
  });
};

/**
 * How many metrics a second PostgreSQL takes at best: the facts alone, as arrays that were encoded beforehand, over one
 * connection, one prepared statement and so one commit for `size` of them, into the table with all of its indexes.
 * Whatever they refer to is known, and nothing is counted.
 */
export const insertBare = async (
  database: Database,
  world: World,
  metrics: number,
  size: number,
): Promise<number> => {
  await migratePostgres({ uris: [database.uri] });
  const inserts = prepare(world, metrics, size);
  const client = new Client({ connectionString: database.uri });
  await client.connect();
  try {
    const begin = performance.now();
    for (const values of inserts) await client.query({ name: 'insert', text: insert, values });
    return metrics / ((performance.now() - begin) / 1000);
  } finally {
    await client.end();
  }
};
