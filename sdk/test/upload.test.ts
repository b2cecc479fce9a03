import { join } from 'node:path';
import fc from 'fast-check';
import { afterAll, beforeAll, expect, test } from 'vitest';
import {
  Context,
  Contexts,
  Metric,
  Metrics,
  Monitor,
  Session,
  Sessions,
  UploadError,
  type MetricRecord,
  type Progress,
} from '../src/index.ts';
import { letter } from './letter.ts';
import { contextRow, metricRow, testFolder, writePymon } from './pymon.ts';
import { startServer, type Server } from './server.ts';

let server: Server;

beforeAll(async () => {
  server = await startServer();
});

afterAll(() => server.stop());

function hash(): string {
  return crypto.randomUUID();
}

function records(metrics: Metrics): MetricRecord[] {
  return Array.from(metrics, (metric) => metric.toRecord());
}

test('the same file twice is stored once, and equal metrics in it all stay', async () => {
  const session_h = hash();
  const rows = [
    metricRow({ session_h }),
    metricRow({ session_h, item: 'test_other' }),
    metricRow({ session_h }),
    metricRow({ session_h }),
  ];
  const path = writePymon(join(testFolder(), 'a.pymon'), { metrics: rows, contexts: [contextRow()] });
  const monitor = new Monitor(server.base);
  const report = { metrics: 4, sessions: 0, contexts: 1, rejected: 0, refusals: [] };
  expect(await monitor.upload(path)).toEqual(report);
  expect(await monitor.upload(path)).toEqual(report);
  expect(records(await monitor.listSessionMetrics(session_h))).toEqual(rows);
});

test('a file that has grown adds only what is new', async () => {
  const session_h = hash();
  const folder = testFolder();
  const rows = Array.from({ length: 10 }, (_, at) => metricRow({ session_h, total_time: at % 3 }));
  const monitor = new Monitor(server.base);
  await monitor.upload(writePymon(join(folder, 'a.pymon'), { metrics: rows.slice(0, 6) }));
  await monitor.upload(writePymon(join(folder, 'b.pymon'), { metrics: rows }));
  expect(records(await monitor.listSessionMetrics(session_h))).toEqual(rows);
});

test('collections are uploaded as they are', async () => {
  const session = new Session({
    h: hash(),
    scmRef: 'abc',
    runDate: '2024-03-01T10:00:00+01:00',
    tags: { b: '1', a: 'x, y', ['__proto__']: 'z' },
  });
  const context = new Context({ h: hash(), cpuCount: 4, cpuFreq: 2400.5, ramTotal: 16_000, macNode: 'ci' });
  const metric = new Metric({
    sessionH: session.h,
    contextH: context.h,
    startTime: '2024-03-01',
    wallTime: 1,
    userTime: 0,
    kernelTime: 0,
    cpuUsage: 0.5,
    memoryUsage: -1,
  });
  const monitor = new Monitor(server.base);
  await monitor.upload({
    sessions: new Sessions([session]),
    contexts: new Contexts([context]),
    metrics: new Metrics([metric]),
  });
  expect(await monitor.getSession(session.h)).toEqual(session);
  expect(await monitor.getContext(context.h)).toEqual(context);
  expect(records(await monitor.listContextMetrics(context.h))).toEqual([metric.toRecord()]);
});

test('what the server refuses is told, and the rest is stored', async () => {
  const session_h = hash();
  const rows = [
    metricRow({ session_h }),
    metricRow({ session_h, total_time: Number.NaN }),
    metricRow({ session_h, kind: '' }),
    metricRow({ session_h, item: 'b' }),
  ];
  const path = writePymon(join(testFolder(), 'a.pymon'), { metrics: rows, contexts: [contextRow()] });
  const report = await new Monitor(server.base).upload(path);
  expect(report).toMatchObject({ metrics: 2, contexts: 1, rejected: 2 });
  expect(report.refusals).toMatchObject([
    { type: 'metric', at: 1, errors: { total_time: expect.any(String) } },
    { type: 'metric', at: 2, errors: { kind: 'must not be empty' } },
  ]);
  expect((await new Monitor(server.base).listSessionMetrics(session_h)).length).toBe(2);
});

test('an upload that broke off goes on where it ended', async () => {
  const session_h = hash();
  const rows = Array.from({ length: 6000 }, (_, at) => metricRow({ session_h, total_time: at % 10 }));
  const metrics = new Metrics(
    rows.map(
      (row) =>
        new Metric({
          sessionH: session_h,
          contextH: 'c',
          startTime: row.item_start_time,
          item: 'i',
          wallTime: row.total_time,
          userTime: 0,
          kernelTime: 0,
          cpuUsage: 0,
          memoryUsage: 0,
        }),
    ),
  );
  let requests = 0;
  let isDown = true;
  const fetch = (input: string | URL | Request, init?: RequestInit): Promise<Response> =>
    ++requests > 1 && isDown ? Promise.reject(new TypeError('fetch failed')) : globalThis.fetch(input, init);
  const monitor = new Monitor(server.base, { fetch, retry: 0 });
  const error: unknown = await monitor.upload({ metrics }).catch((each: unknown) => each);
  expect(error).toBeInstanceOf(UploadError);
  const { done, report } = error as UploadError;
  expect(done).toBe(5000);
  expect(report.metrics).toBe(5000);
  isDown = false;
  const progress: Progress[] = [];
  const rest = await monitor.upload({ metrics }, { from: done, onProgress: (each) => progress.push(each) });
  expect(rest.metrics).toBe(1000);
  expect(progress).toEqual([{ done: 6000, total: 6000 }]);
  const stored = await monitor.listSessionMetrics(session_h);
  expect(JSON.stringify(stored) === JSON.stringify(metrics)).toBe(true);
});

test('a signal ends an upload', async () => {
  const reason = new Error('enough');
  const upload = new Monitor(server.base).upload({ contexts: [] }, { signal: AbortSignal.abort(reason) });
  await expect(upload).resolves.toMatchObject({ contexts: 0 });
  const contexts = new Contexts([new Context({ h: hash() })]);
  const refused = new Monitor(server.base).upload({ contexts }, { signal: AbortSignal.abort(reason) });
  await expect(refused).rejects.toBe(reason);
});

/** Names of any characters that SQLite and servers both can hold, those that trouble URLs more often. */
const name = fc
  .oneof(
    fc.string({ unit: letter, maxLength: 12 }),
    fc.stringMatching(/^[/?%#&+.,[\] a\\]{0,8}$/),
    fc.constantFrom('', '.', '..', 'count', 'metrics', 'like', '%2F', '%2e%2e'),
  )
  .filter((text) => !text.includes('\0'));

test('metrics of any names are found by them, on both dialects alike', async () => {
  const property = fc.asyncProperty(name, name, name, async (item, variant, component) => {
    const session_h = hash();
    const rows = [
      metricRow({ session_h, item, item_variant: variant, component }),
      metricRow({ session_h, item: `${item}x`, item_variant: `${variant}/`, component: `${component} ` }),
    ];
    const path = writePymon(join(folder, `${session_h}.pymon`), { metrics: rows });
    await using local = new Monitor(path);
    const remote = new Monitor(server.base);
    await remote.upload(path);
    const queries = [
      { item },
      { variant },
      { component },
      { itemPattern: item },
      { variant, component },
      { item, component, variantPattern: variant },
    ];
    for (const query of queries) {
      const found = [];
      for await (const metric of remote.metrics({ ...query, session: session_h }))
        found.push(metric.toRecord());
      const expected = [];
      for await (const metric of local.metrics(query)) expected.push(metric.toRecord());
      expect(found).toEqual(expected);
      expect(found.length).toBeGreaterThan(0);
    }
    // By the route for the name alone, which is what has to carry it through a URL.
    const byItem = await remote.listItemMetrics(item);
    expect(byItem.filterWith((metric) => metric.session === session_h).length).toBe(1);
    const byVariant = await remote.listMetricsOfVariant(variant, component);
    expect(byVariant.filterWith((metric) => metric.session === session_h).length).toBe(1);
  });
  const folder = testFolder();
  await fc.assert(property, { numRuns: 20 });
});
