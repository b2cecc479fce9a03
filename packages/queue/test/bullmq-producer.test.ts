import { setTimeout as sleep } from 'node:timers/promises';
import { startRedis, type Redis } from '@monitor-server/testing';
import { afterEach, describe, expect, test, vi } from 'vitest';
import { openBullmqQueue, QueueError, type BullmqQueue } from '../src/pipeline.ts';
import { addressOf, batchOf, createJournal, until, works, type Journal } from './bullmq.ts';
import { programOf } from './sentinel.ts';

const closing: (() => Promise<void>)[] = [];
afterEach(async () => {
  for (const close of closing.splice(0).toReversed()) await close();
});

async function start(...args: Parameters<typeof startRedis>): Promise<Redis> {
  const redis = await startRedis(...args);
  closing.push(redis.close);
  return redis;
}

interface Opened {
  queue: BullmqQueue;
  log: Journal;
  /** How often Redis was found. */
  found: () => number;
}

async function open(uri: string, patienceMs = 300): Promise<Opened> {
  const log = createJournal();
  let found = 0;
  const onReady = (): void => void found++;
  const queue = await openBullmqQueue({ address: addressOf(uri), log, patienceMs, onReady });
  closing.push(queue.close);
  return { queue, log, found: () => found };
}

/** What `accept` rejects with. */
async function refusal(queue: BullmqQueue): Promise<QueueError> {
  const error: unknown = await queue.accept(batchOf(1)).then(
    () => new Error('accepted'),
    (reason: unknown) => reason,
  );
  expect(error).toBeInstanceOf(QueueError);
  return error as QueueError;
}

async function accepting(queue: BullmqQueue): Promise<void> {
  await until(() => works(queue.accept(batchOf(1))));
}

describe('accept', () => {
  test('rejects while Redis is away, and goes on when it appears', async () => {
    const redis = await start();
    await redis.kill();
    const { queue, log, found } = await open(redis.uri);
    expect(await refusal(queue)).toMatchObject({
      reason: 'broken',
      message: expect.stringMatching(
        /^there is no connection to Redis at 127\.0\.0\.1:\d+ \(.*ECONNREFUSED/,
      ) as string,
    });
    await expect(queue.depth()).rejects.toThrow(QueueError);
    await redis.start();
    await accepting(queue);
    await redis.kill();
    await until(() => log.lines.length === 3);
    await sleep(300);
    await redis.start();
    await accepting(queue);
    expect(found()).toBe(2);
    // Once for each change, however often is tried in between.
    expect(log.lines).toEqual([
      expect.stringMatching(/cannot be reached \(.*ECONNREFUSED.*\); trying again/),
      expect.stringMatching(/can be reached again/),
      expect.stringMatching(/cannot be reached/),
      expect.stringMatching(/can be reached again/),
    ]);
  });

  test('rejects within its patience while Redis is frozen, and all later ones at once', async () => {
    const redis = await start();
    const { queue } = await open(redis.uri, 200);
    await redis.freeze();
    const late = batchOf(3);
    await expect(queue.accept(late)).rejects.toThrow(/did not answer within 200 ms/);
    // With the clock stopped, nobody's patience ends.
    vi.useFakeTimers({ toFake: ['setTimeout'] });
    for (let time = 0; time < 20; time++) expect((await refusal(queue)).message).toMatch(/did not answer/);
    vi.useRealTimers();
    await redis.thaw();
    await accepting(queue);
    // What was rejected may arrive later; offered again, it is there once.
    await queue.accept(late);
    expect(await queue.depth()).toMatchObject({ jobs: 2 });
  });

  test('rejects as full when the memory is, and accepts when there is room again', async () => {
    const redis = await start({ args: ['--maxmemory', '2500kb'] });
    const { queue } = await open(redis.uri, 5_000);
    let error: unknown;
    while (error === undefined) {
      error = await queue.accept(batchOf(500)).then(
        () => undefined,
        (reason: unknown) => reason,
      );
    }
    expect(error).toMatchObject({ reason: 'full', message: expect.stringMatching(/memory limit/) as string });
    await redis.cli('CONFIG', 'SET', 'maxmemory', '0');
    await queue.accept(batchOf(1));
  });

  test.each([
    ['a replica', ['--replicaof', '127.0.0.1', '1', '--replica-serve-stale-data', 'yes'], /READONLY/],
    ['a master that lost its replicas', ['--min-replicas-to-write', '1'], /NOREPLICAS/],
  ])('rejects on %s', async (_, args, message) => {
    const redis = await start({ args });
    const { queue } = await open(redis.uri, 2_000);
    expect(await refusal(queue)).toMatchObject({
      reason: 'broken',
      message: expect.stringMatching(message) as string,
    });
  });

  test('waits for as many replicas as the address asks for', async ({ skip }) => {
    const redis = await start();
    if ((await programOf(redis)) === undefined) skip('it needs redis-server on this machine');
    const { queue } = await open(`${redis.uri}?replicas=1`, 1_000);
    expect((await refusal(queue)).message).toMatch(/^0 instead of 1 replicas/);
    await redis.cli('CONFIG', 'SET', 'repl-diskless-sync-delay', '0');
    await start({ args: ['--replicaof', '127.0.0.1', String(redis.port)] });
    await accepting(queue);
  });

  test('rejects after the queue was closed', async () => {
    const redis = await start();
    const { queue } = await open(redis.uri);
    await queue.close();
    expect((await refusal(queue)).reason).toBe('broken');
  });
});

describe('a login', () => {
  test('is used, with a user or without, and never told', async () => {
    const redis = await start({ password: 's3cret@/?' });
    await redis.cli('ACL', 'SETUSER', 'ingest', 'on', '>pass word', '~*', '+@all');
    for (const login of [':s3cret@/?', ':s3cret%40%2F%3F', 'ingest:pass%20word']) {
      const { queue } = await open(`redis://${login}@127.0.0.1:${redis.port}`, 2_000);
      await queue.accept(batchOf(1));
    }
    const { queue, log } = await open(`redis://:hunter2@127.0.0.1:${redis.port}`);
    const { message } = await refusal(queue);
    expect(message).toMatch(/WRONGPASS/);
    expect(`${message} ${log.lines.join(' ')}`).not.toContain('hunter2');
  });
});

describe('depth', () => {
  test('tells jobs, about how many records, and how long the oldest waits', async () => {
    const redis = await start();
    const { queue } = await open(redis.uri, 5_000);
    expect(await queue.depth()).toEqual({ jobs: 0, records: 0, oldestMs: 0 });
    for (let made = 0; made < 20; made++) await queue.accept(batchOf(7));
    await sleep(20);
    const depth = await queue.depth();
    expect(depth).toMatchObject({ jobs: 20, records: 140 });
    expect(depth.oldestMs).toBeGreaterThanOrEqual(20);
    for (let made = 0; made < 20; made++) await queue.accept(batchOf(3));
    const { jobs, records } = await queue.depth();
    expect(jobs).toBe(40);
    expect(records).toBeGreaterThanOrEqual(40 * 3);
    expect(records).toBeLessThanOrEqual(40 * 7);
  });
});

describe('the keys', () => {
  test('lie in the database and under the prefix that the address gives', async () => {
    const redis = await start();
    const { queue } = await open(`${redis.uri}/3?prefix=other`, 2_000);
    await queue.accept(batchOf(1));
    expect(await redis.cli('INFO', 'keyspace')).toMatch(/db3:/);
    expect(await redis.cli('INFO', 'keyspace')).not.toMatch(/db0:/);
    expect(await redis.cli('EVAL', 'redis.call("select", 3) return redis.call("keys", "*")', '0')).toSatisfy(
      (keys: string[]) => keys.length > 0 && keys.every((key) => key.startsWith('{other}:batches:')),
    );
  });
});
