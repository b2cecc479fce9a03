import { afterEach, describe, expect, test } from 'vitest';
import {
  createOverflowQueue,
  openDurableQueue,
  openSpool,
  QueueError,
  type OverflowQueue,
} from '../src/pipeline.ts';
import { createMoodyQueue, createMoodySpool, type MoodyQueue, type MoodySpool } from './overflow-world.ts';
import { batches, idsOf } from './spool-batches.ts';
import { createFolders, createLog, SOON, type NotedLog } from './spool-world.ts';

const newFolder = createFolders();
const ends: (() => Promise<void>)[] = [];

afterEach(async () => {
  for (const end of ends.splice(0).toReversed()) await end();
});

interface World {
  queue: OverflowQueue;
  primary: MoodyQueue;
  spool: MoodySpool;
  log: NotedLog;
}

interface Options {
  folder?: string;
  primary?: MoodyQueue;
  patienceMs?: number;
}

async function open({
  folder = newFolder(),
  primary = createMoodyQueue(),
  patienceMs = 50,
}: Options = {}): Promise<World> {
  const log = createLog();
  const spool = createMoodySpool(await openSpool({ folder, log }));
  ends.push(spool.close);
  const queue = createOverflowQueue({ primary, spool, patienceMs, log });
  ends.push(queue.close);
  return { queue, primary, spool, log };
}

/** What was said since the last time. */
const said = ({ lines }: NotedLog): string[] => lines.splice(0).map(({ message }) => message);

const AWAY = 'the queue takes nothing: batches wait in the spool until it does';
const BACK = 'the queue takes batches again';

describe('an overflow queue', () => {
  test('leaves the spool alone as long as its primary takes batches', async () => {
    const { queue, primary, spool, log } = await open();
    const given = batches(50);
    await Promise.all(given.map((batch) => queue.accept(batch)));
    expect(idsOf(primary.offered.length === 50 ? primary.taken : [])).toEqual(idsOf(given));
    expect(await spool.depth()).toMatchObject({ batches: 0 });
    expect(said(log)).toEqual([]);
  });

  test.each(['refuse', 'hang', 'vanish', 'lose'] as const)(
    'keeps what its primary does not take (%s), and hands it over as it was when that is back',
    async (mood) => {
      const { queue, primary, log } = await open();
      primary.be(mood);
      const given = batches(60);
      await Promise.all(given.map((batch) => queue.accept(batch)));
      expect((await queue.depth()).batches).toBeGreaterThan(0);
      primary.be('take');
      await queue.idle();
      expect(primary.taken.toSorted((a, b) => (a.id < b.id ? -1 : 1))).toEqual(given);
      expect(await queue.depth()).toMatchObject({ batches: 0 });
      expect(said(log)).toEqual([AWAY, BACK]);
    },
  );

  test('asks a primary that hangs less and less, and does not wait for it each time', async () => {
    const { queue, primary } = await open();
    primary.be('vanish');
    for (const batch of batches(100)) await queue.accept(batch);
    expect(await queue.depth()).toMatchObject({ batches: 100 });
    expect(primary.offered.length).toBeLessThan(30);
  });

  test('hands over the oldest first, some at a time', async () => {
    const { queue, primary } = await open();
    primary.be('refuse');
    const given = batches(300);
    for (const batch of given) await queue.accept(batch);
    primary.be('take');
    await queue.idle();
    expect(idsOf(primary.taken)).toEqual(idsOf(given));
    expect(primary.most).toBeGreaterThan(1);
    expect(primary.most).toBeLessThanOrEqual(64);
  });

  test('does not hold others back for a batch that its primary never takes', async () => {
    const given = batches(30);
    const bad = given[0]!.id;
    const { queue, primary } = await open({ primary: createMoodyQueue(({ id }) => id === bad) });
    primary.be('refuse');
    for (const batch of given.slice(0, 20)) await queue.accept(batch);
    primary.be('take');
    for (const batch of given.slice(20)) await queue.accept(batch);
    await expect.poll(() => primary.taken.length, SOON).toBe(29);
    expect(await queue.depth()).toMatchObject({ batches: 1 });
  });

  test('refuses a batch that neither takes, and says why of both', async () => {
    const { queue, primary, spool } = await open();
    primary.be('refuse');
    for (const reason of ['full', 'broken'] as const) {
      spool.fail('before', reason);
      const refused = queue.accept(batches(1)[0]!);
      await expect(refused).rejects.toThrow(QueueError);
      await expect(refused).rejects.toMatchObject({ reason, isUnsure: false });
      await expect(refused).rejects.toThrow('the disk is away, and the queue takes nothing: it is away');
    }
    primary.be('take');
    await queue.idle();
    expect(primary.taken).toEqual([]);
  });

  test.each(['hang', 'lose'] as const)(
    'does not refuse what its primary has or may still take (%s), though the spool is full',
    async (mood) => {
      const { queue, primary, spool } = await open({ patienceMs: 200 });
      primary.be(mood);
      spool.fail('before', 'full');
      const given = batches(3);
      let pending = given.length;
      const accepting = Promise.all(given.map((batch) => queue.accept(batch).finally(() => pending--)));
      await expect.poll(() => primary.offered.length, SOON).toBeGreaterThan(2);
      expect(pending).toBe(3);
      primary.be('take');
      await accepting;
      expect(new Set(idsOf(primary.taken))).toEqual(new Set(idsOf(given)));
    },
  );

  test('says so where it does not know what became of a batch', async () => {
    const { queue, primary, spool } = await open({ patienceMs: 2 });
    primary.be('vanish');
    spool.fail('before', 'full');
    await expect(queue.accept(batches(1)[0]!)).rejects.toMatchObject({ reason: 'full', isUnsure: true });
  });

  test('asks its primary again before it refuses', async () => {
    const { queue, primary, spool } = await open();
    primary.be('refuse');
    const [first, second] = batches(2);
    await queue.accept(first!);
    spool.fail('before', 'full');
    primary.be('take');
    await queue.accept(second!);
    await queue.idle();
    expect(new Set(primary.taken)).toEqual(new Set([first, second]));
  });

  test('notices that its primary is back where the spool never kept anything', async () => {
    const { queue, primary, spool } = await open();
    primary.be('refuse');
    spool.fail('before', 'broken');
    const given = batches(3);
    await expect(queue.accept(given[0]!)).rejects.toThrow(QueueError);
    primary.be('take');
    await queue.accept(given[1]!);
    spool.mend();
    await queue.accept(given[2]!);
    expect(primary.offered).toEqual(idsOf([given[0]!, given[1]!, given[2]!]));
  });

  test('takes no more when it is closed, and leaves what waits to the next one', async () => {
    const folder = newFolder();
    const { queue, primary, spool } = await open({ folder });
    primary.be('refuse');
    const given = batches(40);
    await Promise.all(given.slice(0, 39).map((batch) => queue.accept(batch)));
    const last = queue.accept(given[39]!);
    const closed = queue.close();
    await expect(queue.accept(batches(1)[0]!)).rejects.toThrow(QueueError);
    await last;
    await closed;
    await spool.close();
    ends.length = 0;

    const next = await open({ folder });
    await next.queue.idle();
    expect(idsOf(next.primary.taken)).toEqual(idsOf(given));
  });

  test('can be closed while its primary hangs', async () => {
    const { queue, primary, spool } = await open();
    primary.be('vanish');
    const given = batches(10);
    await Promise.all(given.map((batch) => queue.accept(batch)));
    await queue.close();
    expect(await spool.depth()).toMatchObject({ batches: 10 });
  });
});

describe('a durable queue', () => {
  test('is an overflow queue with a spool and a pace of its own', async () => {
    const log = createLog();
    const primary = createMoodyQueue();
    const options = { primary, spoolFolder: newFolder(), patienceMs: 50, backlogLimit: 5, log };
    const given = batches(10);
    primary.be('refuse');
    const first = await openDurableQueue(options);
    await Promise.all(given.map((batch) => first.accept(batch)));
    expect(await first.depth()).toMatchObject({ batches: 10, records: 30 });
    await first.close();
    await expect(first.accept(given[0]!)).rejects.toThrow(QueueError);
    await first.pace.hold('post');

    primary.be('take');
    const second = await openDurableQueue({ ...options, backlog: () => Promise.resolve({ records: 0 }) });
    await second.idle();
    await second.close();
    expect(idsOf(primary.taken)).toEqual(idsOf(given));
  });
});
