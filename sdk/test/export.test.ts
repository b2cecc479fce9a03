import { tableFromIPC, tableToIPC } from '@uwdata/flechette';
import { desc, op } from 'arquero';
import { parquetMetadata, parquetReadObjects } from 'hyparquet';
import { describe, expect, test } from 'vitest';
import { Context, Contexts, Field, Metric, Metrics, Session, Sessions, Timestamp } from '../src/index.ts';

const sessions = new Sessions([
  new Session({
    h: 's1',
    scmRef: 'abc',
    runDate: '2024-03-01T10:00:00.000007',
    tags: { numpy: '118', item: 'a tag', 'q"t': 'x,y' },
  }),
  new Session({ h: 's2', scmRef: null, runDate: '2024-03-02', tags: { numpy: '119' } }),
]);

const contexts = new Contexts([new Context({ h: 'c1', cpuCount: 4, cpuFreq: 2400.5, macNode: 'ci' })]);

const metrics = new Metrics([
  new Metric({
    sessionH: 's1',
    contextH: 'c1',
    item: 'a',
    startTime: '2024-03-01T10:00:01.000001',
    wallTime: 1,
    memoryUsage: -1,
  }),
  new Metric({
    sessionH: 's2',
    contextH: 'gone',
    item: 'b',
    startTime: '2024-03-02T10:00:01+02:00',
    wallTime: 2.5,
    memoryUsage: 8,
  }),
  new Metric({
    sessionH: 'gone',
    contextH: 'c1',
    item: 'a',
    startTime: '',
    wallTime: 4,
    memoryUsage: Number.NaN,
  }),
]);

const FIELDS = [
  Field.ITEM,
  Field.ITEM_START_TIME,
  Field.MEM_USAGE,
  Field.SCM,
  Field.RUN_DATE,
  Field.TAGS,
  Field.CPU_COUNT,
];

describe('an arquero table', () => {
  test('has a column for each field, in the documented order, and nothing of what is not given', async () => {
    expect((await metrics.toTable()).columnNames()).toEqual(Object.values(Field).slice(0, 14));
    const all = await metrics.toTable({ sessions, contexts });
    const tags = ['numpy', 'tags.item', 'q"t'];
    const [own, later] = [Object.values(Field).slice(0, 14), Object.values(Field).slice(18)];
    expect(all.columnNames()).toEqual([...own, Field.SCM, Field.RUN_DATE, ...tags, ...later]);
    const kept = await metrics.toTable({ sessions, keep: [Field.SCM, Field.ITEM], drop: [Field.ITEM] });
    expect(kept.columnNames()).toEqual([Field.ITEM, Field.SCM]);
    const rest = await metrics.toTable({ sessions, drop: [...own, Field.TAGS] });
    expect(rest.columnNames()).toEqual([Field.SCM, Field.RUN_DATE]);
  });

  test('puts what a session and a context say beside each of their metrics', async () => {
    const table = await metrics.toTable({ sessions, contexts, keep: FIELDS });
    expect(table.objects()).toEqual([
      {
        item: 'a',
        start_time: Timestamp.from('2024-03-01T10:00:01.000001'),
        memory_usage: -1,
        scm: 'abc',
        run_date: Timestamp.from('2024-03-01T10:00:00.000007'),
        numpy: '118',
        'tags.item': 'a tag',
        'q"t': 'x,y',
        cpu_count: 4,
      },
      {
        item: 'b',
        start_time: Timestamp.from('2024-03-02T08:00:01'),
        memory_usage: 8,
        scm: null,
        run_date: Timestamp.from('2024-03-02'),
        numpy: '119',
        'tags.item': null,
        'q"t': null,
        cpu_count: Number.NaN,
      },
      {
        item: 'a',
        start_time: null,
        memory_usage: Number.NaN,
        scm: null,
        run_date: null,
        numpy: null,
        'tags.item': null,
        'q"t': null,
        cpu_count: 4,
      },
    ]);
  });

  test('has all the verbs of arquero at hand', async () => {
    const table = await metrics.toTable({ sessions });
    const groups = table
      .groupby('item')
      .rollup({ n: op.count(), most: op.max('wall_time'), memory: op.mean('memory_usage') })
      .orderby(desc('n'));
    expect(groups.objects()).toEqual([
      { item: 'a', n: 2, most: 4, memory: -1 },
      { item: 'b', n: 1, most: 2.5, memory: 8 },
    ]);
    const joined = table
      .join(await sessions.toTable(), ['session_h', 'h'])
      .select('item', 'scm_2')
      .objects();
    expect(joined).toHaveLength(2);
    expect(table.groupby('item').pivot('numpy', 'wall_time').numRows()).toBe(2);
    expect(table.groupby('run_date').count().numRows()).toBe(3);
    expect(
      table
        .filter((d: { wall_time: number }) => d.wall_time > 2)
        .reify()
        .numRows(),
    ).toBe(2);
  });

  test('of sessions and of contexts', async () => {
    const table = await sessions.toTable({ drop: [Field.RUN_DATE] });
    expect(table.columnNames()).toEqual(['h', 'scm', 'numpy', 'tags.item', 'q"t']);
    expect((await contexts.toTable()).objects()).toMatchObject([
      { h: 'c1', cpu_count: 4, cpu_freq: 2400.5, hostname: 'ci' },
    ]);
    expect((await new Contexts().toTable()).numRows()).toBe(0);
    expect((await new Metrics().toTable({ sessions: new Sessions() })).numRows()).toBe(0);
  });
});

test('CSV has every cell as it was recorded', () => {
  expect(metrics.toCSV({ sessions, contexts, keep: FIELDS })).toBe(
    [
      'start_time,item,memory_usage,scm,run_date,numpy,tags.item,"q""t",cpu_count',
      '2024-03-01T10:00:01.000001,a,-1,abc,2024-03-01T10:00:00.000007,118,a tag,"x,y",4',
      '2024-03-02T10:00:01+02:00,b,8,,2024-03-02,119,,,',
      ',a,,,,,,,4',
      '',
    ].join('\n'),
  );
  expect(new Metrics([new Metric({ item: 'a\r\n"b"' })]).toCSV({ keep: [Field.ITEM] })).toBe(
    'item\n"a\r\n""b"""\n',
  );
  expect(contexts.toCSV({ keep: [Field.H] })).toBe('h\nc1\n');
  const many = new Metrics(Array.from({ length: 2500 }, (_, at) => new Metric({ wallTime: at })));
  expect(
    many
      .toCSV({ keep: [Field.TOTAL_TIME] })
      .split('\n')
      .slice(1, -1)
      .map(Number),
  ).toEqual(Array.from({ length: 2500 }, (_, at) => at));
});

test('Arrow has microseconds, dictionaries, and nothing where there is nothing', async () => {
  const table = await metrics.toArrow({ sessions, contexts, keep: FIELDS });
  const read = tableFromIPC(tableToIPC(table, {}) ?? new Uint8Array(), { useBigInt: true });
  expect(read.toArray()).toMatchObject([
    {
      item: 'a',
      start_time: 1_709_287_201_000.001,
      memory_usage: -1,
      scm: 'abc',
      numpy: '118',
      cpu_count: 4,
    },
    { item: 'b', start_time: 1_709_366_401_000, scm: null, 'tags.item': null, cpu_count: null },
    { item: 'a', start_time: null, memory_usage: null, run_date: null },
  ]);
  const types = read.schema.fields.map(({ name, type }) => [name, type.typeId]);
  // Timestamp, dictionary and float are numbered so in Arrow's own schema.
  expect(types.slice(0, 3)).toEqual([
    ['start_time', 10],
    ['item', -1],
    ['memory_usage', 3],
  ]);
  expect((await new Sessions().toArrow()).numRows).toBe(0);
  expect((await sessions.toArrow()).numRows).toBe(2);
  const one = metrics.filterWith(({ item }) => item === 'b');
  expect(tableFromIPC(tableToIPC(await one.toArrow({ keep: [Field.ITEM] }), {}) ?? []).toArray()).toEqual([
    { item: 'b' },
  ]);
  const none = await new Metrics().toArrow();
  expect(tableFromIPC(tableToIPC(none, {}) ?? []).numRows).toBe(0);
});

test('Parquet has microseconds, dictionaries, and nothing where there is nothing', async () => {
  const bytes = await metrics.toParquet({ sessions, contexts, keep: FIELDS });
  const file = bytes.slice().buffer;
  const rows = await parquetReadObjects({ file });
  expect(rows).toMatchObject([
    { item: 'a', memory_usage: -1, scm: 'abc', numpy: '118', 'q"t': 'x,y', cpu_count: 4 },
    { item: 'b', scm: null, cpu_count: null },
    { item: 'a', start_time: null, memory_usage: null, run_date: null },
  ]);
  const raw = await parquetReadObjects({ file, parsers: { ...MICROS } });
  expect(raw.map(({ start_time }) => start_time)).toEqual([
    1_709_287_201_000_001n,
    1_709_366_401_000_000n,
    null,
  ]);
  expect(parquetMetadata(file).num_rows).toBe(3n);
  const none = await new Metrics().toParquet();
  expect(parquetMetadata(none.slice().buffer).num_rows).toBe(0n);
});

/** Reads times as they stand in the file, because a `Date` would cut them off. */
const MICROS = { timestampFromMicroseconds: (micros: bigint) => micros };
