import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { parse } from 'yaml';
import {
  Context,
  Contexts,
  FormatError,
  Metric,
  Metrics,
  Session,
  Sessions,
  type Format,
} from '../src/index.ts';
import { letter } from './letter.ts';
import { testFolder } from './pymon.ts';

const FORMATS = ['json', 'ndjson', 'yaml'] as const satisfies Format[];

/** Texts that make trouble in one form or another. */
const text = fc.oneof(
  fc.string({ unit: letter }),
  fc.constantFrom(
    'yes',
    'null',
    '~',
    '1e3',
    '0x10',
    '12:30:45',
    '2024-01-01',
    '2024-01-01T10:00:00.5',
    ': x',
    '- a',
    '# b',
    "'",
    '"',
    '\n',
    ' a ',
    '{',
    '&a',
    '*a',
    '!t',
    '|',
    '>',
    '=',
    '<<',
  ),
);

const metric = fc.record({
  sessionH: text,
  contextH: text,
  startTime: text,
  itemPath: text,
  item: text,
  variant: text,
  path: text,
  kind: text,
  component: text,
  wallTime: fc.double({ noDefaultInfinity: true }),
  userTime: fc.double({ noDefaultInfinity: true }),
  kernelTime: fc.double({ noDefaultInfinity: true }),
  cpuUsage: fc.double({ noDefaultInfinity: true }),
  memoryUsage: fc.double({ noDefaultInfinity: true }),
});

const session = fc.record({
  h: text.filter((h) => h !== '__proto__'),
  scmRef: fc.option(text),
  runDate: text,
  tags: fc.dictionary(text, text),
});

const context = fc.record({
  h: text.filter((h) => h !== '__proto__'),
  cpuCount: fc.nat(),
  cpuFreq: fc.double({ min: 0, max: 1e6, noNaN: true }),
  cpuType: text,
  macNode: text,
  pyInfo: text,
});

const records = (entities: Iterable<{ toRecord(): unknown }>): unknown[] =>
  // Of zero there is one in JSON.
  Array.from(entities, (entity) => JSON.parse(JSON.stringify(entity.toRecord())));

describe.each(FORMATS)('%s', (format) => {
  test('metrics come back as they were', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(metric, { maxLength: 5 }), async (inits) => {
        const metrics = new Metrics(inits.map((init) => new Metric(init)));
        const loaded = await Metrics.loads(await metrics.dumps(format), format);
        expect(records(loaded)).toEqual(records(metrics));
      }),
      { numRuns: 25 },
    );
  });

  test('sessions and contexts come back as they were', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(session, { maxLength: 4 }),
        fc.array(context, { maxLength: 4 }),
        async (some, others) => {
          const sessions = new Sessions(some.map((init) => new Session(init)));
          const loaded = await Sessions.loads(await sessions.dumps(format), format);
          expect(new Map(loaded)).toEqual(new Map(sessions));
          const contexts = new Contexts(others.map((init) => new Context(init)));
          const loadedContexts = await Contexts.loads(await contexts.dumps(format), format);
          expect(new Map(Array.from(loadedContexts, ([h, each]) => [h, each.toDict()]))).toEqual(
            new Map(Array.from(contexts, ([h, each]) => [h, JSON.parse(JSON.stringify(each))])),
          );
        },
      ),
      { numRuns: 25 },
    );
  });

  test('a file is written as a whole and read again', async () => {
    const path = join(testFolder(), `metrics.${format}`);
    const metrics = new Metrics(
      Array.from({ length: 600 }, (_, at) => new Metric({ item: `test_${at}`, wallTime: at })),
    );
    await metrics.dump(path);
    expect(readFileSync(path, 'utf8')).toBe(await metrics.dumps(format));
    expect(records(await Metrics.load(path))).toEqual(records(metrics));
    expect((await Sessions.load(path)).size).toBe(0);
  });
});

test('documents have the documented form', async () => {
  const numbers = { wallTime: 1, userTime: 0, kernelTime: 0, cpuUsage: 0.5, memoryUsage: -1 };
  const metrics = new Metrics([new Metric({ item: 'a', ...numbers }), new Metric({ item: 'b', ...numbers })]);
  const document = JSON.parse(await metrics.dumps('json')) as { metrics: Record<string, object> };
  expect(Object.keys(document)).toEqual(['metrics']);
  expect(Object.keys(document.metrics)).toEqual(['metric_0', 'metric_1']);
  expect(document.metrics['metric_0']).toMatchObject({ item: 'a', wall_time: 1 });
  expect(JSON.parse(JSON.stringify(metrics))).toEqual(document);
  expect(parse(await metrics.dumps('yaml'))).toEqual(document);
  const sessions = new Sessions([new Session({ h: 'x', runDate: '2024-01-01', tags: { a: 'b' } })]);
  expect(JSON.parse(await sessions.dumps('json'))).toEqual({
    sessions: { x: { h: 'x', scm: null, run_date: '2024-01-01', tags: { a: 'b' } } },
  });
  expect(JSON.parse(JSON.stringify(new Contexts()))).toEqual({ contexts: {} });
});

test('times and words that other readers of YAML take for something else are quoted', async () => {
  const sessions = new Sessions([
    new Session({ h: '1e5', runDate: '2024-01-01T10:00:00.5', tags: { on: 'yes' } }),
  ]);
  const text = await sessions.dumps('yaml');
  for (const quoted of ['"1e5":', '"2024-01-01T10:00:00.5"', '"yes"', '"on"']) expect(text).toContain(quoted);
});

test('lines are those of an import, and lines of other kinds are left out', async () => {
  const line =
    '{"type":"context","context_h":"x","h":"c","cpu_count":2}\n\n{"type":"metric","item":"a","total_time":1}\r\n';
  const metrics = await Metrics.loads(line, 'ndjson');
  expect(metrics.length).toBe(1);
  expect(metrics.at(0)).toMatchObject({ item: 'a', wallTime: 1, cpuUsage: Number.NaN });
  expect((await Contexts.loads(line, 'ndjson')).get('c')?.cpuCount).toBe(2);
});

test.each([
  ['json', '{"metrics": [1]}', 'metrics must be a dictionary'],
  ['json', '[]', 'must be a dictionary'],
  ['json', '{"metrics": {"metric_0": {"item": 5}}}', 'metrics.metric_0: item must be a text, not 5'],
  ['json', '{"metrics": {"metric_0": {"wall_time": "5"}}}', 'metrics.metric_0: wall_time must be a number'],
  ['json', '{"metrics": ', 'the text is not JSON'],
  ['yaml', 'a: [', 'the text is not YAML'],
  ['ndjson', '{"type":"session"}\n{"type":"metric"', 'line 2: '],
  ['ndjson', '7', 'line 1: must be a dictionary'],
] as const)('what is wrong with %s is told: %s', async (format, text, message) => {
  const loading = Metrics.loads(text, format);
  await expect(loading).rejects.toBeInstanceOf(FormatError);
  await expect(loading).rejects.toThrow(message);
});

test('nothing is left of a file that could not be written', async () => {
  const folder = testFolder();
  const path = join(folder, 'metrics.json');
  writeFileSync(path, 'before');
  const broken = new Metrics([new Metric()]);
  await expect(broken.dump(join(folder, 'none', 'metrics.json'))).rejects.toThrow('ENOENT');
  await expect(broken.dump(join(folder, 'metrics.txt'))).rejects.toBeInstanceOf(FormatError);
  await broken.dump(join(folder, 'metrics.txt'), { format: 'ndjson' });
  expect(existsSync(join(folder, 'none'))).toBe(false);
  expect(readdirSync(folder).toSorted()).toEqual(['metrics.json', 'metrics.txt']);
  expect(readFileSync(path, 'utf8')).toBe('before');
});
