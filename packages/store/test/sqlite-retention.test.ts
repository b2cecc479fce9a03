import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterAll, describe, expect, test } from 'vitest';
import { openReaderPool, openSqliteWriter, openWriterThread } from '../src/index.ts';
import { batchOf } from './conformance/records.ts';
import { createWorld } from './conformance/world.ts';
import { recount } from './sqlite/recount.ts';

const folder = mkdtempSync(join(tmpdir(), 'store-retention-'));
let files = 0;

afterAll(() => rmSync(folder, { recursive: true }));

const newFile = (): string => join(folder, `${files++}.sqlite`);

const HOUR_MS = 3_600_000;
const START = Date.parse('2024-05-01T00:00:00Z');

describe('retention in a SQLite file', () => {
  test('leaves what counting anew gives, however it is cut and whatever the clock says', () => {
    const step = fc.record({
      metrics: fc.integer({ min: 0, max: 500 }),
      hours: fc.integer({ min: -3, max: 30 }),
      slices: fc.integer({ min: 0, max: 9 }),
      restart: fc.boolean(),
    });
    fc.assert(
      fc.property(fc.array(step, { minLength: 2, maxLength: 7 }), fc.integer(), (steps, seed) => {
        const path = newFile();
        let clock = START;
        const open = () => openSqliteWriter(path, { now: () => clock, retentionDays: 1 });
        const world = createWorld(seed);
        let writer = open();
        for (const { metrics, hours, slices, restart } of steps) {
          writer.write([batchOf([...world.metrics(metrics), ...world.posts()], clock)]);
          writer.expire();
          clock += hours * HOUR_MS;
          for (let slice = 0; slice < slices; slice++) writer.expire();
          expect(recount(path)).toEqual([]);
          if (!restart) continue;
          writer.close();
          writer = open();
        }
        writer.close();
      }),
      { numRuns: 5 },
    );
  });

  test('leaves right what the writer remembers of tests and sessions that go on', () => {
    const path = newFile();
    let clock = START;
    const world = createWorld(3);
    const writer = openSqliteWriter(path, { now: () => clock, retentionDays: 1 });
    for (let part = 0; part < 12; part++) {
      // By far more than wait to be counted, so that some are counted between those that are removed.
      writer.write([batchOf(world.metrics(600), clock)]);
      for (let slice = 0; slice < 5; slice++) writer.expire();
      clock += 6 * HOUR_MS;
    }
    writer.close();
    expect(recount(path)).toEqual([]);
  });

  test('is done by the thread that writes, by itself', async () => {
    const path = newFile();
    const first = openSqliteWriter(path, { now: () => Date.now() - 50 * HOUR_MS });
    first.write([batchOf(createWorld(1).metrics(2_000))]);
    first.expire();
    first.close();
    const fail = (error: unknown): void => {
      throw new Error('a thread of the store ended', { cause: error });
    };
    const writer = await openWriterThread(path, fail, { retentionDays: 1 });
    await writer.write([batchOf(createWorld(2).metrics(100))]);
    const reader = openReaderPool(path, 1, fail);
    const count = () => reader.count({ count: 'metrics', filter: {} });
    await expect.poll(count, { timeout: 10_000, interval: 50 }).toBe(100);
    await reader.close();
    await writer.close();
    expect(recount(path)).toEqual([]);
  });
});
