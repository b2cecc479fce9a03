import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setImmediate } from 'node:timers/promises';
import type { Worker } from 'node:worker_threads';
import type { Batch } from '@monitor-server/contract';
import { letter } from '@monitor-server/testing/letter';
import fc from 'fast-check';
import { afterEach, describe, expect, test } from 'vitest';
import { openSpool, QueueError, type Spool, type SpoolOptions } from '../src/pipeline.ts';
import { batches, batchOf, empty, idsOf, metric } from './spool-batches.ts';
import { createFolders, createLog, filesIn, SOON } from './spool-world.ts';

const newFolder = createFolders();
const opened = new Set<Spool>();

afterEach(async () => {
  for (const spool of opened) await spool.close();
  opened.clear();
});

async function open(options: Partial<SpoolOptions> = {}): Promise<Spool> {
  const spool = await openSpool({ folder: newFolder(), log: createLog(), ...options });
  opened.add(spool);
  return spool;
}

async function close(spool: Spool): Promise<void> {
  opened.delete(spool);
  await spool.close();
}

/** Opens a spool and gives its threads, the latest last. */
async function openWithThreads(options: Partial<SpoolOptions> = {}) {
  const threads: Worker[] = [];
  const note = (worker: Worker): void => void threads.push(worker);
  process.on('worker', note);
  const spool = await open(options);
  return { spool, threads, forget: () => void process.off('worker', note) };
}

const appendAll = (spool: Spool, some: readonly Batch[]) =>
  Promise.all(some.map((batch) => spool.append(batch)));

describe('a spool', () => {
  test('gives back what it was given, oldest first, whatever the texts and sizes', async () => {
    const spool = await open();
    const text = fc.string({ unit: letter, maxLength: 3_000 });
    await fc.assert(
      fc.asyncProperty(fc.array(fc.array(text, { maxLength: 5 }), { maxLength: 5 }), async (texts) => {
        const given = texts.map((some) => batchOf(...some.map((text, at) => metric(at, text))));
        for (const batch of given) await spool.append(batch);
        expect(await empty(spool)).toEqual(given);
      }),
      { numRuns: 25 },
    );
  });

  test('keeps what it gives until that is removed', async () => {
    const spool = await open();
    const given = batches(10);
    await appendAll(spool, given);
    expect(await spool.oldest(4)).toEqual(given.slice(0, 4));
    expect(await spool.oldest(20)).toEqual(given);
    await spool.remove(idsOf([given[1]!, given[7]!]));
    await spool.remove(idsOf([given[1]!]));
    expect(await empty(spool)).toEqual(given.filter((_, at) => at !== 1 && at !== 7));
  });

  test('keeps a batch once that is appended again', async () => {
    const folder = newFolder();
    const spool = await open({ folder });
    const [batch] = batches(1);
    await appendAll(spool, [batch!, batch!]);
    await spool.append(batch!);
    expect(await spool.depth()).toMatchObject({ batches: 1, records: 3 });
    expect(filesIn(folder)).toHaveLength(1);
    expect(await empty(spool)).toEqual([batch]);
  });

  test('keeps all that is appended at the same moment', async () => {
    const spool = await open();
    const given = batches(300);
    await appendAll(spool, given);
    expect(await empty(spool)).toEqual(given);
  });

  test('reads no more at once than fits into memory, and one batch at least', async () => {
    const spool = await open();
    const given = Array.from({ length: 12 }, (_, at) => batchOf(metric(at, 'x'.repeat(1_500_000))));
    await appendAll(spool, given);
    expect((await spool.oldest(12)).length).toBeLessThan(12);
    expect(idsOf(await empty(spool))).toEqual(idsOf(given));
  });

  test('tells how much waits', async () => {
    const spool = await open();
    expect(await spool.depth()).toEqual({ batches: 0, records: 0, bytes: 0, oldestMs: 0 });
    const given = [...batches(4, 5), batchOf(metric(0, '\u{1f600}'.repeat(40)))];
    await appendAll(spool, given);
    const full = await spool.depth();
    expect(full).toMatchObject({ batches: 5, records: 21 });
    expect(full.bytes).toBeGreaterThan(0);
    await spool.remove(idsOf(given.slice(0, 2)));
    expect(await spool.depth()).toMatchObject({ batches: 3, records: 11 });
    await spool.remove(idsOf(given));
    expect(await spool.depth()).toEqual({ batches: 0, records: 0, bytes: 0, oldestMs: 0 });
  });

  test('has it all when it is opened again, counted as before', async () => {
    const folder = newFolder();
    const given = batches(20, 30);
    const first = await open({ folder });
    await appendAll(first, given);
    const { oldestMs: _, ...before } = await first.depth();
    await close(first);
    const second = await open({ folder });
    expect(await second.depth()).toMatchObject(before);
    expect(await empty(second)).toEqual(given);
  });

  test('makes a file when there is something to keep, and leaves none when there is not', async () => {
    const folder = newFolder();
    const spool = await open({ folder });
    for (const [first, second] of [batches(2), batches(2)]) {
      expect(filesIn(folder)).toEqual([]);
      await appendAll(spool, [first!, second!]);
      await spool.remove([first!.id]);
      expect(filesIn(folder)).toHaveLength(1);
      await spool.remove([second!.id]);
    }
    expect(filesIn(folder)).toEqual([]);
  });

  test('is refused where its folder cannot be one', async () => {
    const folder = newFolder();
    writeFileSync(folder, 'a file');
    const failed = openSpool({ folder, log: createLog() });
    await expect(failed).rejects.toThrow(QueueError);
    await expect(failed).rejects.toMatchObject({
      reason: 'broken',
      message: expect.stringContaining(folder) as string,
    });
  });

  test('that is closed has finished what it was given, and takes no more', async () => {
    const folder = newFolder();
    const spool = await open({ folder });
    const given = batches(50);
    const appended = appendAll(spool, given);
    const closed = close(spool);
    await expect(spool.append(batches(1)[0]!)).rejects.toThrow(QueueError);
    await appended;
    await closed;
    expect(await empty(await open({ folder }))).toEqual(given);
  });
});

describe('the thread of a spool', () => {
  test('is replaced when it ends; nothing is lost, and what it had not answered is done', async () => {
    const log = createLog();
    const { spool, threads, forget } = await openWithThreads({ log });
    const [first, ...rest] = batches(401);
    // A thread that is terminated while it loads SQLite, for its first file, takes the process along.
    await spool.append(first!);
    for (let at = 0; at < rest.length; at += 100) {
      const appended = appendAll(spool, rest.slice(at, at + 100));
      for (let turn = 0; turn < at / 50; turn++) await setImmediate();
      await threads.at(-1)?.terminate();
      await appended;
    }
    await spool.depth();
    forget();
    expect(threads).toHaveLength(5);
    expect(new Set(idsOf(await empty(spool)))).toEqual(new Set(idsOf([first!, ...rest])));
  });

  test('that cannot be replaced leads to refusals, until it can', async () => {
    const folder = newFolder();
    const { spool, threads, forget } = await openWithThreads({ folder });
    rmSync(folder, { recursive: true });
    writeFileSync(folder, 'a file');
    await threads[0]?.terminate();
    const [batch] = batches(1);
    await expect(spool.append(batch!)).rejects.toMatchObject({ name: 'QueueError', reason: 'broken' });
    rmSync(folder);
    mkdirSync(join(folder));
    await expect
      .poll(
        () =>
          spool.append(batch!).then(
            () => true,
            () => false,
          ),
        SOON,
      )
      .toBe(true);
    forget();
    expect(await empty(spool)).toEqual([batch]);
  });
});
