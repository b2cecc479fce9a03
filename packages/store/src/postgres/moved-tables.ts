import { resources } from '@monitor-server/contract/values';
import { digest } from '../digest.ts';
import { StoreError } from '../store.ts';
import { bigints, doubles, integers, texts } from './arrays.ts';

/** A row of the SQLite store, in the order of a SELECT. */
export type Row = readonly (string | number | Buffer | null)[];

/** How the rows of a table get from the SQLite store into that of PostgreSQL. */
export interface MovedTable {
  readonly name: string;
  /** SQL for SQLite. */
  readonly select: string;
  /** SQL for PostgreSQL. */
  readonly insert: string;
  /** What that binds: a column each. */
  parameters(rows: readonly Row[]): Buffer[];
}

/** A column: how PostgreSQL reads it from a text, and what the text is. */
type Column = readonly [cast: (parameter: string) => string, textOf: (row: Row) => string | null];

const as =
  (type: string) =>
  (parameter: string): string =>
    `${parameter}::${type}`;

function checked(text: string): string {
  if (!text.includes('\0')) return text;
  const start = JSON.stringify(text.slice(0, 100));
  throw new StoreError(
    'unusable',
    `a text holds U+0000, which PostgreSQL cannot store: it begins with ${start}`,
  );
}

const given = (at: number, type: string): Column => [
  as(type),
  (row) => (row[at] === null ? null : checked(String(row[at]))),
];
const integer = (at: number): Column => given(at, 'integer');
const bigint = (at: number): Column => given(at, 'bigint');
const text = (at: number): Column => given(at, 'text');
const bytes = (at: number): Column => [as('bytea'), (row) => `\\x${(row[at] as Buffer).toString('hex')}`];
const digestOf = (at: number): Column => [
  as('bytea'),
  (row) => `\\x${digest(row[at] as string).toString('hex')}`,
];
const time = (at: number): Column => [
  (parameter) => `to_timestamp(${parameter}::double precision / 1000)`,
  (row) => (row[at] === null ? null : String(row[at])),
];
const list = (at: number): Column => [(parameter) => `string_to_array(${parameter}, ',')`, text(at)[1]];

function table(name: string, select: string, columns: Record<string, Column>): MovedTable {
  const names = Object.keys(columns);
  const casts = Object.values(columns).map(([cast], at) => cast(`c${at}`));
  const parameters = names.map((_, at) => `$${at + 1}::text[]`).join(', ');
  const aliases = names.map((_, at) => `c${at}`).join(', ');
  return {
    name,
    select,
    insert: `INSERT INTO ${name} (${names.join(', ')}) OVERRIDING SYSTEM VALUE
      SELECT ${casts.join(', ')} FROM unnest(${parameters}) AS given (${aliases})`,
    parameters: (rows) => Object.values(columns).map(([, textOf]) => texts(rows.map(textOf))),
  };
}

/** So many metrics have the keys of one origin: they are forgotten together. */
const ORIGIN = 8_192;

const FACTS = ['test_id', 'session_id', 'context_id', 'component_id'] as const;

/** Most rows are metrics: they go as numbers. */
const metrics: MovedTable = {
  name: 'metric',
  select: `SELECT id, start_us, ${resources.join(', ')}, ${FACTS.join(', ')}, start_text FROM metric ORDER BY id`,
  insert: `INSERT INTO metric (id, start_us, ${resources.join(', ')}, ${FACTS.join(', ')}, start_text)
    SELECT * FROM unnest($1::bigint[], $2::bigint[], $3::double precision[], $4::double precision[],
      $5::double precision[], $6::double precision[], $7::double precision[], $8::integer[], $9::integer[],
      $10::integer[], $11::integer[], $12::text[])`,
  parameters(rows) {
    const column = (at: number): number[] => rows.map((row) => row[at] as number);
    return [
      bigints(column(0)),
      bigints(column(1)),
      ...[2, 3, 4, 5, 6].map((at) => doubles(column(at))),
      ...[7, 8, 9, 10].map((at) => integers(column(at))),
      texts(rows.map(text(11)[1])),
    ];
  },
};

/**
 * All tables with what does not follow from metrics, in an order in which they can be filled. Ids and ordinals stay as they
 * are, so lists keep their order and links that were noted go on working.
 */
export const MOVED_TABLES: readonly MovedTable[] = [
  table('component', 'SELECT id, name FROM component ORDER BY id', {
    id: integer(0),
    key: digestOf(1),
    name: text(1),
  }),
  // Components are listed by their first metric, also when retention has removed that: ids are in the same order.
  table('component_stat', 'SELECT id, 0 FROM component ORDER BY id', {
    component_id: integer(0),
    metric_count: bigint(1),
    first_metric: bigint(0),
    last_metric: bigint(1),
  }),
  table('pipeline', 'SELECT id, name FROM pipeline ORDER BY id', {
    id: integer(0),
    key: digestOf(1),
    name: text(1),
  }),
  table('build', 'SELECT id, pipeline_id, name FROM build ORDER BY id', {
    id: integer(0),
    pipeline_id: integer(1),
    key: digestOf(2),
    name: text(2),
  }),
  table('context', 'SELECT id, h, ordinal, body FROM context ORDER BY id', {
    id: integer(0),
    key: digestOf(1),
    h: text(1),
    ordinal: bigint(2),
    body: text(3),
  }),
  table(
    'session',
    'SELECT id, h, ordinal, run_date, run_us, scm_ref, tags, pipeline_id, build_id FROM session ORDER BY id',
    {
      id: integer(0),
      key: digestOf(1),
      h: text(1),
      ordinal: bigint(2),
      run_date: text(3),
      run_us: bigint(4),
      scm_ref: text(5),
      tags: text(6),
      pipeline_id: integer(7),
      build_id: integer(8),
    },
  ),
  table('session_tag', 'SELECT name, value, session_id FROM session_tag', {
    name_key: digestOf(0),
    value_key: digestOf(1),
    session_id: integer(2),
  }),
  table(
    'test',
    'SELECT id, key, item, item_variant, item_path, item_fs_loc, kind, component_id FROM test ORDER BY id',
    {
      id: integer(0),
      key: bytes(1),
      item: text(2),
      item_variant: text(3),
      item_path: text(4),
      item_fs_loc: text(5),
      kind: text(6),
      component_id: integer(7),
    },
  ),
  metrics,
  table('metric_key', `SELECT key, expires_at, 1 + metric_id / ${ORIGIN} FROM metric_key`, {
    key: bytes(0),
    expires_at: time(1),
    origin: bigint(2),
  }),
  table('key_origin', `SELECT 1 + metric_id / ${ORIGIN}, max(metric_id) FROM metric_key GROUP BY 1`, {
    id: bigint(0),
    last_metric: bigint(1),
  }),
  table(
    'dead_record',
    `SELECT id, batch_id, record, replace(error, char(0), '\\0'), died_at FROM dead_record ORDER BY id`,
    {
      id: bigint(0),
      batch_id: given(1, 'uuid'),
      record: text(2),
      error: text(3),
      died_at: time(4),
    },
  ),
  table(
    'access_token',
    'SELECT name, digest, scopes, created_at, expires_at, revoked_at, last_used_at FROM access_token',
    {
      name: text(0),
      digest: text(1),
      scopes: list(2),
      created_at: time(3),
      expires_at: time(4),
      revoked_at: time(5),
      last_used_at: time(6),
    },
  ),
  table('metric_hour', 'SELECT hour, last_metric FROM metric_hour ORDER BY hour', {
    hour: bigint(0),
    last_metric: bigint(1),
  }),
];
