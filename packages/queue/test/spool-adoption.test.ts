import {
  copyFileSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  writeFileSync,
} from 'node:fs';
import { hostname } from 'node:os';
import { join } from 'node:path';
import type { Batch } from '@monitor-server/contract';
import Database from 'better-sqlite3';
import { afterEach, describe, expect, test } from 'vitest';
import { openSpool, type Spool, type SpoolOptions } from '../src/pipeline.ts';
import { batches, batchOf, empty, idsOf, metric } from './spool-batches.ts';
import {
  createFolders,
  createLog,
  filesIn,
  SOON,
  startSpoolProcess,
  type SpoolProcess,
} from './spool-world.ts';

const newFolder = createFolders();
const opened = new Set<Spool>();
const processes = new Set<SpoolProcess>();

afterEach(async () => {
  for (const spool of opened) await spool.close();
  for (const process of processes) await process.kill();
  opened.clear();
  processes.clear();
});

async function open(folder: string, options: Partial<SpoolOptions> = {}): Promise<Spool> {
  const spool = await openSpool({ folder, log: createLog(), ...options });
  opened.add(spool);
  return spool;
}

async function start(folder: string, spools: number, batches: number): Promise<SpoolProcess> {
  const process = await startSpoolProcess(folder, spools, batches);
  processes.add(process);
  return process;
}

/** Leaves a file with such batches in a folder, as a process that was stopped does. */
async function leave(folder: string, given: readonly Batch[]): Promise<string> {
  const elsewhere = newFolder();
  const spool = await openSpool({ folder: elsewhere, log: createLog() });
  for (const batch of given) await spool.append(batch);
  await spool.close();
  const [name = ''] = filesIn(elsewhere);
  mkdirSync(folder, { recursive: true });
  copyFileSync(join(elsewhere, name), join(folder, name));
  return join(folder, name);
}

const sorted = (ids: readonly string[]): string[] => ids.toSorted();

describe('a spool file whose process was killed', () => {
  test('is taken over by the next start, drained and deleted', async () => {
    const folder = newFolder();
    const killed = await start(folder, 1, 50);
    await killed.kill();
    expect(filesIn(folder)).toHaveLength(1);
    const log = createLog();
    const spool = await open(folder, { log, sweepMs: 5 });
    expect(log.lines).toMatchObject([{ level: 'info', fields: { batches: 50, records: 150 } }]);
    expect(idsOf(await empty(spool))).toEqual(killed.added);
    await expect.poll(() => readdirSync(folder), SOON).toEqual([]);
  });

  test('is taken over by a process that runs already, and not before', async () => {
    const folder = newFolder();
    const spool = await open(folder, { sweepMs: 5 });
    const other = await start(folder, 1, 20);
    const [batch] = batches(1);
    await spool.append(batch!);
    expect(await empty(spool)).toEqual([batch]);
    await other.kill();
    await expect.poll(async () => (await spool.depth()).batches, SOON).toBe(20);
    expect(idsOf(await empty(spool))).toEqual(other.added);
  });

  test('is taken over whatever process it names, this one too', async () => {
    const folder = newFolder();
    const killed = await start(folder, 1, 5);
    await killed.kill();
    for (const name of readdirSync(folder)) {
      const renamed = name.replace(`-${killed.pid}-`, `-${process.pid}-`);
      expect(renamed).toContain(hostname());
      renameSync(join(folder, name), join(folder, renamed));
    }
    expect(idsOf(await empty(await open(folder)))).toEqual(killed.added);
  });

  test('is taken over together with all others, where one process runs instead of many', async () => {
    const folder = newFolder();
    const killed = await Promise.all([start(folder, 3, 10), start(folder, 2, 10)]);
    await Promise.all(killed.map(({ kill }) => kill()));
    expect(filesIn(folder)).toHaveLength(5);
    const found = idsOf(await empty(await open(folder)));
    expect(sorted(found)).toEqual(sorted(killed.flatMap(({ added }) => added)));
  });

  test('is taken over by one of many that look for it at the same moment', async () => {
    const folder = newFolder();
    const killed = await start(folder, 8, 5);
    await killed.kill();
    const takers = await Promise.all([start(folder, 2, 0), start(folder, 2, 0), start(folder, 2, 0)]);
    expect(sorted(takers.flatMap(({ found }) => found))).toEqual(sorted(killed.added));
  });

  test('is taken over again where that process is killed as well', async () => {
    const folder = newFolder();
    const first = await start(folder, 2, 30);
    await first.kill();
    const second = await startSpoolProcess(folder, 1, 10);
    expect(sorted(second.found)).toEqual(sorted(first.added));
    await second.kill();
    expect(sorted(idsOf(await empty(await open(folder))))).toEqual(sorted(second.added));
  });

  test('is delivered oldest first among several', async () => {
    const folder = newFolder();
    const given = batches(12);
    for (const from of [0, 4, 8]) await leave(folder, given.slice(from, from + 4));
    expect(await empty(await open(folder))).toEqual(given);
  });
});

describe('a spool file that cannot be used', () => {
  /** Texts that are compressed. */
  const five = Array.from({ length: 5 }, (_, at) => batchOf(metric(at, 'x'.repeat(3_000 + at))));

  const overwritten = (path: string): void => writeFileSync(path, 'not a database '.repeat(1_000));
  const cut = (path: string): void => writeFileSync(path, readFileSync(path).subarray(0, 4_096 + 512));

  test.each([
    ['no database', overwritten],
    ['cut short', cut],
  ])('because it is %s is set aside with a line in the log, and keeps nothing back', async (_, change) => {
    const folder = newFolder();
    const path = await leave(folder, five);
    change(path);
    const given = batches(5);
    await leave(folder, given);
    const log = createLog();
    const spool = await open(folder, { log });
    expect(log.lines.filter(({ level }) => level === 'error')).toMatchObject([
      {
        fields: { file: `${path}.corrupt` },
        message: expect.stringMatching(/damaged.*not be stored/) as string,
      },
    ]);
    expect(await empty(spool)).toEqual(given);
    expect(existsSync(`${path}.corrupt`)).toBe(true);
  });

  test('in part gives what can be read; the rest is set aside and counted', async () => {
    const folder = newFolder();
    const path = await leave(folder, five);
    const file = new Database(path);
    file.exec('UPDATE batch SET payload = substr(payload, 1, 20) WHERE seq IN (2, 4)');
    file.close();
    const log = createLog();
    const spool = await open(folder, { log, sweepMs: 5 });
    const found = await empty(spool);
    expect(found.map(({ records }) => records[0]?.value)).toMatchObject(
      [0, 2, 4].map((total_time) => ({ total_time })),
    );
    await expect
      .poll(() => log.lines.at(-1), SOON)
      .toMatchObject({
        level: 'error',
        message: expect.stringContaining('2 batches with 2 records') as string,
      });
    expect(filesIn(folder)).toEqual([]);
    const kept = new Database(`${path}.corrupt`);
    expect(kept.prepare('SELECT seq FROM batch ORDER BY seq').pluck().all()).toEqual([2, 4]);
    kept.close();
  });

  test('because a newer version wrote it is left as it is', async () => {
    const folder = newFolder();
    const file = new Database(await leave(folder, five));
    file.pragma('user_version = 99');
    file.close();
    const log = createLog();
    const spool = await open(folder, { log, sweepMs: 2 });
    const [batch] = batches(1);
    await spool.append(batch!);
    expect(await empty(spool)).toEqual([batch]);
    await expect.poll(() => filesIn(folder), SOON).toHaveLength(1);
    expect(log.lines).toMatchObject([{ level: 'warn', message: 'a spool file cannot be taken over' }]);
  });

  test('because its process was killed before it wrote anything is deleted', async () => {
    const folder = newFolder();
    mkdirSync(folder);
    writeFileSync(join(folder, 'monitor-spool-host-1-a.sqlite'), '');
    writeFileSync(join(folder, 'monitor-spool-host-1-b.sqlite-wal'), 'left over');
    const log = createLog();
    await open(folder, { log });
    expect(readdirSync(folder)).toEqual([]);
    expect(log.lines).toEqual([]);
  });
});
