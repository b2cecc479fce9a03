import { execFileSync } from 'node:child_process';
import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Batch } from '@monitor-server/contract';
import { afterEach, describe, expect, test } from 'vitest';
import { openSpool, QueueError, type Spool } from '../src/pipeline.ts';
import { batches, batchOf, empty, idsOf, metric } from './spool-batches.ts';
import { createFolders, createLog, filesIn } from './spool-world.ts';

const newFolder = createFolders();
const ends: (() => void | Promise<void>)[] = [];

afterEach(async () => {
  for (const end of ends.splice(0).toReversed()) await end();
});

async function open(folder: string, sizeLimit?: number): Promise<Spool> {
  const spool = await openSpool({ folder, log: createLog(), ...(sizeLimit !== undefined && { sizeLimit }) });
  ends.push(spool.close);
  return spool;
}

/** A file system of 2 MiB, where this user may mount one. */
function mountSmallDisk(): string | undefined {
  const folder = newFolder();
  mkdirSync(folder);
  try {
    execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=2m', 'tmpfs', folder], { stdio: 'ignore' });
  } catch {
    return undefined;
  }
  ends.push(() => void execFileSync('umount', ['--lazy', folder]));
  return folder;
}

/** Texts that cannot be compressed. */
const noise = (length: number): string =>
  Array.from({ length }, () => String.fromCharCode(33 + Math.random() * 90)).join('');

/** Appends until that is refused. Gives what was accepted, and why the next was not. */
async function fill(spool: Spool): Promise<{ accepted: Batch[]; fault: unknown }> {
  const accepted: Batch[] = [];
  for (;;) {
    const batch = batchOf(metric(accepted.length, noise(20_000)));
    try {
      await spool.append(batch);
    } catch (fault) {
      return { accepted, fault };
    }
    accepted.push(batch);
  }
}

describe('a spool that is full', () => {
  test('says so, has all that it accepted, and takes batches again when it has room', async () => {
    const spool = await open(newFolder(), 512 * 1024);
    const { accepted, fault } = await fill(spool);
    expect(fault).toBeInstanceOf(QueueError);
    expect(fault).toMatchObject({ reason: 'full' });
    expect(accepted.length).toBeGreaterThan(5);
    expect(await spool.depth()).toMatchObject({ batches: accepted.length });
    const [first, second] = accepted;
    await spool.remove(idsOf([first!, second!]));
    const more = batchOf(metric(0, noise(20_000)));
    await spool.append(more);
    expect(await empty(spool)).toEqual([...accepted.slice(2), more]);
  });

  test('stays with the process that has it', async () => {
    const folder = newFolder();
    const spool = await open(folder, 256 * 1024);
    const { accepted } = await fill(spool);
    const other = await open(folder);
    expect(await other.depth()).toMatchObject({ batches: 0 });
    expect(await empty(spool)).toEqual(accepted);
  });

  test('tells each of many that come at once its own fate', async () => {
    const spool = await open(newFolder(), 256 * 1024);
    const given = Array.from({ length: 40 }, (_, at) => batchOf(metric(at, noise(20_000))));
    const results = await Promise.allSettled(given.map((batch) => spool.append(batch)));
    const accepted = given.filter((_, at) => results[at]?.status === 'fulfilled');
    expect(accepted.length).toBeGreaterThan(5);
    expect(accepted.length).toBeLessThan(40);
    expect(await empty(spool)).toEqual(accepted);
  });
});

describe('a spool on a full disk', () => {
  test('goes on by itself when others make room', async (context) => {
    const folder = mountSmallDisk() ?? context.skip('this user cannot mount a small disk');
    const ballast = join(folder, 'ballast');
    writeFileSync(ballast, Buffer.alloc(1024 * 1024));
    const spool = await open(folder);
    const { accepted, fault } = await fill(spool);
    expect(fault).toMatchObject({ reason: 'full', message: expect.stringContaining(folder) as string });
    expect(accepted.length).toBeGreaterThan(5);
    rmSync(ballast);
    const more = batches(3);
    for (const batch of more) await spool.append(batch);
    expect(await empty(spool)).toEqual([...accepted, ...more]);
  });

  test('can be drained to the end, also by another process, and gives its room back', async (context) => {
    const folder = mountSmallDisk() ?? context.skip('this user cannot mount a small disk');
    const first = await open(folder);
    const { accepted } = await fill(first);
    await ends.pop()?.();
    // To the last byte: nothing can be deleted in the file itself either.
    try {
      writeFileSync(join(folder, 'ballast'), Buffer.alloc(2 * 1024 * 1024));
    } catch {}
    const second = await open(folder);
    await expect(second.append(batches(1, 200)[0]!)).rejects.toMatchObject({ reason: 'full' });
    expect(await empty(second)).toEqual(accepted);
    expect(await second.depth()).toMatchObject({ batches: 0, records: 0 });
    await ends.pop()?.();
    expect(filesIn(folder)).toEqual([]);
  });
});
