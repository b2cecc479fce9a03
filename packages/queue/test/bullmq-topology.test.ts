import { certificate, startRedis, type Redis } from '@monitor-server/testing';
import { afterEach, expect, test } from 'vitest';
import {
  checkRedis,
  openBullmqConsumer,
  openBullmqQueue,
  type BullmqConsumer,
  type BullmqQueue,
} from '../src/pipeline.ts';
import { addressOf, batchOf, createJournal, createShelf, until, works } from './bullmq.ts';
import { programOf, startSentinel } from './sentinel.ts';

/** In containers, servers do not find each other. */
const alone = 'it needs redis-server on this machine';

const log = createJournal();
const shelf = createShelf();
const closing: (() => Promise<void>)[] = [];
afterEach(async () => {
  for (const close of closing.splice(0).toReversed()) await close();
});

async function start(...args: Parameters<typeof startRedis>): Promise<Redis> {
  const redis = await startRedis(...args);
  closing.push(redis.close);
  return redis;
}

async function open(uri: string): Promise<BullmqQueue> {
  const queue = await openBullmqQueue({ address: addressOf(uri), log, patienceMs: 2_000 });
  closing.push(queue.close);
  return queue;
}

async function consume(uri: string): Promise<BullmqConsumer> {
  const address = addressOf(uri);
  const consumer = await openBullmqConsumer({ address, concurrency: 8, handle: shelf.put, log });
  closing.push(consumer.close);
  return consumer;
}

/** A batch goes in on one side and comes out on the other. */
async function expectPassage(queue: BullmqQueue): Promise<void> {
  const batch = batchOf(20);
  await queue.accept(batch);
  await until(() => shelf.batches.has(batch.id));
  expect(shelf.batches.get(batch.id)).toEqual(batch);
}

test('TLS, with an authority of one’s own', async () => {
  const { uri, port } = await start({ tls: true, password: 'secret' });
  const trusting = `${uri}?ca=${encodeURIComponent(certificate)}`;
  await consume(trusting);
  await expectPassage(await open(trusting));
  expect(await checkRedis(addressOf(trusting))).toEqual([]);
  await expect((await open(uri)).accept(batchOf(1))).rejects.toThrow(/self-signed certificate/);
  const plain = `redis://:secret@127.0.0.1:${port}`;
  await expect((await open(plain)).accept(batchOf(1))).rejects.toThrow(/no connection/);
});

test('Sentinel: the queue follows its master, with what a replica had', async ({ skip }) => {
  const fast = { args: ['--repl-diskless-sync-delay', '0'] };
  const first = await start(fast);
  const program = (await programOf(first)) ?? skip(alone);
  const second = await start({ args: ['--replicaof', '127.0.0.1', String(first.port), ...fast.args] });
  const sentinel = await startSentinel(program, first, 'watchword');
  closing.push(sentinel.close);
  const uri = `redis+sentinel://127.0.0.1:${sentinel.port}/main/2?sentinelPassword=watchword`;

  const careful = await open(`${uri}&replicas=1`);
  const kept = Array.from({ length: 10 }, () => batchOf(2));
  await until(() => works(careful.accept(kept[0] ?? batchOf(1))));
  for (const batch of kept) await careful.accept(batch);
  await until(async () => (await sentinel.replicas()) === 1);
  const queue = await open(uri);
  await first.kill();

  await until(() => works(queue.accept(batchOf(1))));
  expect(String(await second.cli('INFO', 'replication'))).toMatch(/role:master/);
  await consume(uri);
  await expectPassage(queue);
  for (const { id } of kept) expect(shelf.batches.has(id)).toBe(true);
  expect(await checkRedis(addressOf(uri))).toEqual([expect.stringMatching(/when a replica takes over/)]);
});

test('a cluster: all keys live on one of its nodes', async ({ skip }) => {
  const args = ['--cluster-enabled', 'yes', '--cluster-announce-ip', '127.0.0.1'];
  const [one, other] = [await start({ args }), await start({ args })];
  if ((await programOf(one)) === undefined) skip(alone);
  const slot = Number(await one.cli('CLUSTER', 'KEYSLOT', '{monitor-server}:batches:wait'));
  await one.cli('CLUSTER', 'ADDSLOTSRANGE', '0', String(slot - 1), String(slot + 1), '16383');
  await other.cli('CLUSTER', 'ADDSLOTS', String(slot));
  await one.cli('CLUSTER', 'MEET', '127.0.0.1', String(other.port));
  for (const node of [one, other]) {
    const isReady = async () => String(await node.cli('CLUSTER', 'INFO')).includes('cluster_state:ok');
    await until(isReady);
  }
  const uri = `redis+cluster://127.0.0.1:${one.port}`;
  const queue = await open(uri);
  const consumer = await consume(uri);
  await expectPassage(queue);
  await queue.accept(batchOf(1));
  await until(async () => (await queue.depth()).jobs === 0);
  expect(await checkRedis(addressOf(uri))).toEqual([]);
  await consumer.close();
  await queue.accept(batchOf(3));
  expect(await queue.depth()).toMatchObject({ jobs: 1, records: 3 });
  expect(await one.cli('DBSIZE')).toBe(0);
});
