import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { DatabaseSync } from 'node:sqlite';
import { describe, expect, test } from 'vitest';
import { DatabaseError, Monitor, MonitorError, UnsupportedError } from '../src/index.ts';
import { failureOf } from './failure.ts';
import { contextRow, metricRow, TABLES, testFolder, writePymon } from './pymon.ts';

/** Writes a database of any layout. */
function writeDatabase(...statements: string[]): string {
  const path = join(testFolder(), 'other.pymon');
  const db = new DatabaseSync(path);
  for (const statement of statements) db.exec(statement);
  db.close();
  return path;
}

describe('files of other versions of pytest-monitor', () => {
  test('a column that is not there reads as an empty text or as no number', async () => {
    const path = writeDatabase(
      'CREATE TABLE test_metrics (session_h text, item_start_time text, item text, total_time float)',
      "INSERT INTO test_metrics VALUES ('s', '2019-05-01T10:00:00.000001', 'test_a', 0.5), ('s', NULL, 'test_b', 'slow')",
    );
    await using monitor = new Monitor(path);
    const metrics = await monitor.listMetrics();
    expect(Array.from(metrics, (metric) => metric.toDict())).toEqual([
      {
        session_h: 's',
        context_h: '',
        start_time: '2019-05-01T10:00:00.000001',
        item_path: '',
        item: 'test_a',
        variant: '',
        path: '',
        kind: '',
        component: '',
        wall_time: 0.5,
        user_time: Number.NaN,
        kernel_time: Number.NaN,
        cpu_usage: Number.NaN,
        memory_usage: Number.NaN,
      },
      expect.objectContaining({ item: 'test_b', start_time: '', wall_time: Number.NaN }),
    ]);
    expect(metrics.at(1)?.runTime.getTime()).toBeNaN();
  });

  test('metrics without a number are in no ranking by it, and those without a time in no range', async () => {
    const path = writeDatabase(
      ...TABLES,
      "INSERT INTO TEST_METRICS (ITEM, ITEM_START_TIME, CPU_USAGE) VALUES ('a', '2024-01-01', 1), ('b', 'soon', NULL)",
    );
    await using monitor = new Monitor(path);
    const ranked = await monitor.listMetricsResources('cpu', 'lowest');
    expect(Array.from(ranked, ({ item }) => item)).toEqual(['a']);
    const ranged = await monitor.listMetrics({ since: '1900-01-01' });
    expect(Array.from(ranged, ({ item }) => item)).toEqual(['a']);
  });

  test('a table that is not there reads as an empty one', async () => {
    const path = writeDatabase(
      TABLES[1] ?? '',
      "INSERT INTO TEST_METRICS (SESSION_H, ITEM) VALUES ('s', 'test_a')",
    );
    await using monitor = new Monitor(path);
    expect(await monitor.countMetrics()).toBe(1);
    expect(await monitor.countSessions()).toBe(0);
    expect((await monitor.listContexts()).size).toBe(0);
    expect(await monitor.listPipelines()).toEqual([]);
    expect((await monitor.listMetricsByScmId('a')).length).toBe(0);
  });

  test.each([
    ['as it was given', 'nightly run', { description: 'nightly run' }],
    ['that looks like JSON but is none', '{"a": ', { description: '{"a": ' }],
    ['in quotes', '"nightly"', { description: 'nightly' }],
    ['as a list', '[1, 2]', { description: '[1, 2]' }],
    [
      'with values that are no texts',
      '{"a": {"b": 1}, "c": null, "d": 1.50, "e": false}',
      { d: '1.50', e: 'False' },
    ],
    [
      'with names that are special',
      '{"__proto__": "p", "10": "x", "": "y"}',
      { ['__proto__']: 'p', 10: 'x', '': 'y' },
    ],
    ['of nothing', '', {}],
    ['that is missing', null, {}],
  ])('a description %s', async (_, description, tags) => {
    const session = { h: 's', runDate: '2024-03-01', scm: null, description };
    const path = writePymon(join(testFolder(), 'a.pymon'), { sessions: [session] });
    await using monitor = new Monitor(path);
    const read = (await monitor.getSession('s'))?.tags ?? {};
    expect(Object.entries(read)).toEqual(Object.entries(tags));
  });

  test('bytes and numbers in place of texts', async () => {
    const path = writeDatabase(
      ...TABLES,
      "INSERT INTO TEST_METRICS (ITEM, ITEM_VARIANT, COMPONENT) VALUES (12, CAST('bytes' AS BLOB), NULL)",
      "INSERT INTO EXECUTION_CONTEXTS (ENV_H, CPU_COUNT, RAM_TOTAL_MB) VALUES ('c', 'many', 100)",
    );
    await using monitor = new Monitor(path);
    expect((await monitor.listMetrics()).at(0)).toMatchObject({
      item: '12',
      variant: 'bytes',
      component: '',
    });
    expect(await monitor.getContext('c')).toMatchObject({ cpuCount: 0, totalRam: 100, cpuVendor: '' });
  });
});

describe('files that cannot be read', () => {
  const fault = async (path: string): Promise<unknown> => {
    await using monitor = new Monitor(path);
    const error = await failureOf(monitor.listMetrics());
    expect(error).toBeInstanceOf(DatabaseError);
    expect(error).toBeInstanceOf(MonitorError);
    expect((error as DatabaseError).message.startsWith(`${path}: `)).toBe(true);
    return (error as DatabaseError).fault;
  };

  test('one that is not there, which is not made', async () => {
    const path = join(testFolder(), 'none.pymon');
    expect(await fault(path)).toBe('missing');
    expect(await fault(path)).toBe('missing');
    expect(await fault('monitor.example:8181')).toBe('missing');
  });

  test('a folder', async () => {
    expect(await fault(testFolder())).toBe('unreadable');
  });

  test('no database, and an empty file', async () => {
    const path = join(testFolder(), 'a.pymon');
    writeFileSync(path, 'This is a text that is long enough to be looked at. '.repeat(40));
    expect(await fault(path)).toBe('foreign');
    writeFileSync(path, '');
    expect(await fault(path)).toBe('foreign');
  });

  test('a database of something else', async () => {
    expect(await fault(writeDatabase('CREATE TABLE song (title text)'))).toBe('foreign');
  });

  test('one with a page overwritten: what lies before it can be streamed', async () => {
    const metrics = Array.from({ length: 20_000 }, (_, at) => metricRow({ item: `test_${at}` }));
    const path = writePymon(join(testFolder(), 'a.pymon'), { metrics });
    const bytes = readFileSync(path);
    bytes.fill(0xa5, Math.floor(bytes.length / 2), Math.floor(bytes.length / 2) + 40_000);
    writeFileSync(path, bytes);
    expect(await fault(path)).toBe('damaged');
    await using monitor = new Monitor(path);
    let read = 0;
    const reading = (async () => {
      for await (const metric of monitor.metrics()) expect(metric.item).toBe(`test_${read++}`);
    })();
    expect(await failureOf(reading)).toMatchObject({ fault: 'damaged' });
    expect(read).toBeGreaterThanOrEqual(5000);
  });

  test('a truncated one', async () => {
    const path = writePymon(join(testFolder(), 'a.pymon'), {
      metrics: Array.from({ length: 3000 }, () => metricRow()),
    });
    writeFileSync(path, readFileSync(path).subarray(0, 50_000));
    expect(await fault(path)).toBe('damaged');
  });
});

describe('a file that others use', () => {
  test('one that stays locked', async () => {
    const path = writePymon(join(testFolder(), 'a.pymon'), {});
    const writer = new DatabaseSync(path);
    writer.exec('BEGIN EXCLUSIVE');
    await using monitor = new Monitor(path, { timeout: 20 });
    expect(await failureOf(monitor.countMetrics())).toMatchObject({ fault: 'locked', path });
    writer.exec('ROLLBACK');
    expect(await monitor.countMetrics()).toBe(0);
    writer.close();
  });

  test('pytest writes to it between pages, and what it writes is read', async () => {
    const metrics = Array.from({ length: 5000 }, () => metricRow());
    const path = writePymon(join(testFolder(), 'a.pymon'), { metrics });
    const writer = new DatabaseSync(path);
    await using monitor = new Monitor(path);
    const items: string[] = [];
    for await (const { item } of monitor.metrics()) {
      if (items.length === 0) writer.exec("INSERT INTO TEST_METRICS (ITEM) VALUES ('last')");
      items.push(item);
    }
    expect(items).toHaveLength(5001);
    expect(items.at(-1)).toBe('last');
    writer.close();
  });
});

test('a file is found by its path and by its URL, and read again after close', async () => {
  const path = writePymon(join(testFolder(), 'a file.pymon'), { contexts: [contextRow()] });
  const monitor = new Monitor(pathToFileURL(path));
  expect(await monitor.countContexts()).toBe(1);
  await monitor.close();
  expect(await monitor.countContexts()).toBe(1);
  await monitor.close();
});

test('progress and signals work as with a server', async () => {
  const metrics = Array.from({ length: 7000 }, () => metricRow());
  const path = writePymon(join(testFolder(), 'a.pymon'), { metrics });
  await using monitor = new Monitor(path);
  const progress: unknown[] = [];
  await monitor.listMetrics({ onProgress: (each) => progress.push(each) });
  expect(progress).toEqual([
    { done: 5000, total: 7000 },
    { done: 7000, total: 7000 },
  ]);
  const controller = new AbortController();
  const reason = new Error('enough');
  const call = monitor.listMetrics({ signal: controller.signal, onProgress: () => controller.abort(reason) });
  expect(await failureOf(call)).toBe(reason);
  expect(await failureOf(monitor.listPipelines({ signal: AbortSignal.abort(reason) }))).toBe(reason);
});

test('a file cannot be uploaded to', async () => {
  const path = writePymon(join(testFolder(), 'a.pymon'), {});
  await using monitor = new Monitor(path);
  expect(await failureOf(monitor.upload({ contexts: [] }))).toBeInstanceOf(UnsupportedError);
});
