import { setTimeout as sleep } from 'node:timers/promises';
import { startPostgres, type Postgres } from '@monitor-server/testing';
import { Client } from 'pg';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Metric } from '@monitor-server/contract';
import { CursorError, type StoreReader } from '../src/index.ts';
import { openPostgresReader, openPostgresWriter } from '../src/postgres/index.ts';
import { at, read, walk } from './conformance/reading.ts';
import { batchOf, metric } from './conformance/records.ts';

const MAX_LAG_MS = 1_000;
const all = { list: 'metrics', filter: {}, page: { number: 1, size: 100 } } as const;
const everything = { count: 'metrics', filter: {} } as const;

/** A primary with a streaming replica, a writer, and a reader that is to prefer the replica. */
interface Pair {
  primary: Postgres;
  replica: Postgres;
  reader: StoreReader;
  /** What it said to be wrong. */
  warnings: string[];
  /** A reader that reads from the replica however far it is behind, and one that knows of the primary alone. */
  patient: StoreReader;
  direct: StoreReader;
  /** Stores so many more metrics, numbered in a row by their time, as one batch; gives its id. */
  put(count: number): Promise<string>;
  /** Whether the next read goes to the replica, which is paused for that. */
  isReplicaRead(by?: StoreReader): Promise<boolean>;
  onReplica(sql: string): Promise<void>;
  close(): Promise<void>;
}

const options = { statementTimeoutMs: 10_000, poolSize: 4 };

async function openPair(): Promise<Pair> {
  const primary = await startPostgres({ settings: { fsync: false } });
  const replica = await startPostgres({ replicaOf: primary, settings: { fsync: false } });
  const uris = [primary.uri(), replica.uri()];
  const writer = await openPostgresWriter({ uris });
  const warnings: string[] = [];
  const log = { info: () => undefined, warn: (line: string) => void warnings.push(line) };
  const replicas = [replica.uri()];
  const reader = openPostgresReader({ uris, replicas, maxLagMs: MAX_LAG_MS, ...options, log });
  const patient = openPostgresReader({ uris, replicas, maxLagMs: 60_000, ...options });
  const direct = openPostgresReader({ uris, replicas: [], maxLagMs: 0, ...options });
  let stored = 0;

  async function put(count: number): Promise<string> {
    const batch = batchOf(Array.from({ length: count }, (_, at) => metric({ total_time: stored + at })));
    await writer.write([batch]);
    stored += count;
    return batch.id;
  }

  async function onReplica(sql: string): Promise<void> {
    const client = new Client(replica.uri());
    await client.connect();
    await client.query(sql);
    await client.end();
  }

  return {
    primary,
    replica,
    reader,
    warnings,
    patient,
    direct,
    put,
    async isReplicaRead(by = reader) {
      await onReplica('SELECT pg_wal_replay_pause()');
      await put(1);
      const isOld = (await by.count(everything)) < (await direct.count(everything));
      await onReplica('SELECT pg_wal_replay_resume()');
      return isOld;
    },
    onReplica,
    async close() {
      await Promise.all([reader.close(), patient.close(), direct.close(), writer.close()]);
      await Promise.all([replica.close(), primary.close()]);
    },
  };
}

async function until(holds: () => Promise<boolean>): Promise<void> {
  for (let tries = 0; !(await holds()); tries++) {
    if (tries > 400) throw new Error('it never was so');
    await sleep(25);
  }
}

/** Follows the pages of all metrics and says what is wrong with them: each metric tells its place in the list. */
async function faultOfWalk(reader: StoreReader): Promise<string | undefined> {
  const first = await read(reader, all);
  const items = (await walk(reader, all, 100)) as Metric[];
  const moved = items.findIndex(({ total_time }, place) => total_time !== place);
  if (moved !== -1) return `item ${moved} is ${items[moved]?.total_time}`;
  const least = ((first?.pages ?? 0) - 1) * 100;
  return items.length > least ? undefined : `it ended after ${items.length} of more than ${least}`;
}

/** What follows a page. */
async function walkFrom(reader: StoreReader, after: string): Promise<unknown[]> {
  const page = await read(reader, at(all, { ...all.page, after }));
  return [...(page?.items ?? []), ...(page?.next === undefined ? [] : await walkFrom(reader, page.next))];
}

/** Walks without a pause until it is stopped; tells what went wrong. */
function startWalking(reader: StoreReader) {
  const faults: string[] = [];
  const stopping = new AbortController();
  let walks = 0;

  async function walkOn(): Promise<void> {
    while (!stopping.signal.aborted) {
      const fault = await faultOfWalk(reader).catch(String);
      if (fault !== undefined) faults.push(fault);
      walks++;
    }
  }

  const walking = [walkOn(), walkOn(), walkOn()];
  return {
    /** Resolves when so many more have ended. */
    async walked(more: number): Promise<void> {
      const wanted = walks + more;
      await until(async () => walks >= wanted);
    },
    async stop(): Promise<string[]> {
      stopping.abort();
      await Promise.all(walking);
      return faults;
    },
  };
}

describe('a replica', () => {
  let pair: Pair;

  beforeAll(async () => {
    pair = await openPair();
    await pair.put(400);
  });
  afterAll(() => pair.close());

  test('is read from, until it is behind, and again once it has caught up', async () => {
    const { reader, direct, put, onReplica } = pair;
    await until(() => pair.isReplicaRead());
    await onReplica('SELECT pg_wal_replay_pause()');
    await put(1);
    const count = await direct.count(everything);
    await until(async () => (await reader.count(everything)) === count);
    await onReplica('SELECT pg_wal_replay_resume()');
    await until(() => pair.isReplicaRead());
    expect(pair.warnings.at(-1)).toMatch(/\d s behind$/);
  });

  test('that is idle for longer than it may be behind is not behind', async () => {
    await until(() => pair.isReplicaRead());
    const before = pair.warnings.length;
    await sleep(3 * MAX_LAG_MS);
    expect(pair.warnings.slice(before)).toEqual([]);
  });

  test('does not go on with a walk that began later than where it is', async () => {
    const { reader, direct, put, onReplica } = pair;
    await until(() => pair.isReplicaRead());
    await onReplica('SELECT pg_wal_replay_pause()');
    await put(150);
    const count = await direct.count(everything);
    const { next = '' } = (await direct.list(all)) ?? {};
    const rest = await walkFrom(reader, next);
    await onReplica('SELECT pg_wal_replay_resume()');
    expect(rest).toHaveLength(count - 100);
  });

  test('has a batch before it is said to be there', async () => {
    const { patient, direct, put, onReplica } = pair;
    await until(() => pair.isReplicaRead(patient));
    await onReplica('SELECT pg_wal_replay_pause()');
    const batch = await put(1);
    expect([await direct.has(batch), await patient.has(batch)]).toEqual([true, false]);
    await onReplica('SELECT pg_wal_replay_resume()');
    await until(() => patient.has(batch));
    expect(await patient.count(everything)).toBe(await direct.count(everything));
    expect(await patient.has(batchOf([]).id)).toBe(false);
  });

  test('that comes back has what was said to be there meanwhile', async () => {
    const { replica, patient, direct, put, onReplica } = pair;
    await until(() => pair.isReplicaRead(patient));
    // So that it is there again some time before it has the last of the log.
    await onReplica(`ALTER SYSTEM SET recovery_min_apply_delay = '1500ms'`);
    await replica.kill();
    const batch = await put(1);
    const count = await direct.count(everything);
    await until(() => patient.has(batch));
    await replica.start();
    const counts = new Set<number>();
    await until(async () => {
      for (let reads = 0; reads < 20; reads++) counts.add(await patient.count(everything));
      return pair.isReplicaRead(patient);
    });
    expect(Math.min(...counts)).toBeGreaterThanOrEqual(count);
    await onReplica('ALTER SYSTEM RESET recovery_min_apply_delay');
    await onReplica('SELECT pg_reload_conf()');
  });

  test.each<[string, (replica: Postgres) => Promise<void>, (replica: Postgres) => Promise<void>]>([
    ['stops and starts', (replica) => replica.stop('fast'), (replica) => replica.start()],
    ['is killed and starts', (replica) => replica.kill(), (replica) => replica.start()],
    ['hangs for a while', (replica) => replica.freeze(), (replica) => replica.thaw()],
  ])('that %s fails no read', async (_, leave, comeBack) => {
    await until(() => pair.isReplicaRead());
    const walking = startWalking(pair.reader);
    await walking.walked(3);
    await leave(pair.replica);
    await pair.put(10);
    await walking.walked(9);
    await comeBack(pair.replica);
    await walking.walked(3);
    expect(await walking.stop()).toEqual([]);
    await until(() => pair.isReplicaRead());
  });
});

describe('a primary', () => {
  test('that is killed fails no read, and is followed by the replica that is promoted', async () => {
    const pair = await openPair();
    const { reader, primary, replica, put } = pair;
    await put(400);
    await until(async () => (await reader.count(everything)) === 400);
    const { next = '' } = (await reader.list(all)) ?? {};
    await until(() => pair.isReplicaRead());
    const batch = await put(100);
    await until(() => reader.has(batch));
    const walking = startWalking(reader);
    await walking.walked(3);
    await primary.kill();
    await walking.walked(6);
    await replica.promote();
    await walking.walked(3);
    await until(() =>
      put(50).then(
        () => true,
        () => false,
      ),
    );
    await walking.walked(3);
    expect(await walking.stop()).toEqual([]);
    const rest = await walkFrom(reader, next);
    expect(rest.length).toBeGreaterThanOrEqual(450);
    await pair.close();
  });
});

describe('a cursor', () => {
  test('that is none is refused, wherever it is read', async () => {
    const uris = ['postgresql://nobody@127.0.0.1:1/none'];
    const reader = openPostgresReader({ uris, replicas: [], maxLagMs: 0, ...options });
    for (const after of ['12', '12-', '-1', '12-XY', '12-1g2h3j4k5l6m', '1.5-a']) {
      await expect(reader.list(at(all, { ...all.page, after }))).rejects.toThrow(CursorError);
    }
    await reader.close();
  });
});
