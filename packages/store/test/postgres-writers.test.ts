import { setTimeout as sleep } from 'node:timers/promises';
import type { Batch, StoredRecord } from '@monitor-server/contract';
import { openPostgres, withClient, type PostgresDatabase } from '@monitor-server/testing';
import type { Client } from 'pg';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { StoreError, type StoreWriter } from '../src/index.ts';
import { migratePostgres, openPostgresWriter } from '../src/postgres/index.ts';
import { batchId, batchOf, ciTags, context, metric, newHash, session } from './conformance/records.ts';
import { createRandom, createWorld } from './conformance/world.ts';
import { query, recount, settle } from './postgres/recount.ts';

const WRITERS = 4;

let database: PostgresDatabase;
let writers: StoreWriter[];

beforeEach(async () => {
  database = await openPostgres({
    prepare: { name: 'store', run: (uri) => migratePostgres({ uris: [uri] }) },
  });
  const opening = Array.from({ length: WRITERS }, () => openPostgresWriter({ uris: [database.uri] }));
  writers = await Promise.all(opening);
});
afterEach(async () => {
  await Promise.all(writers.map((writer) => writer.close()));
  await database.close();
});

/** Batches that name the same few tests, sessions and contexts in orders of their own, some of them posted midway. */
function makeBatches(count: number, size: number, seed: number): Batch[] {
  const random = createRandom(seed);
  const world = createWorld(seed);
  const posts = world.posts();
  return Array.from({ length: count }, (_, at) => {
    const records = [...world.metrics(size), ...posts.slice(at * 2, at * 2 + 2)];
    return batchOf(records.toSorted(() => random() - 0.5));
  });
}

/** Each metric's own number, which these worlds count in `total_time`; in the order of the ids. */
function storedNumbers(): Promise<{ id: string; total_time: number }[]> {
  return query(database.uri, 'SELECT id, total_time FROM metric ORDER BY id');
}

function numbersIn(batches: readonly Batch[]): number[] {
  return batches.flatMap(({ records }) =>
    records.flatMap((record) => (record.type === 'metric' ? [record.value.total_time] : [])),
  );
}

const sorted = (numbers: readonly number[]): number[] => numbers.toSorted((a, b) => a - b);

/** Writes until it is done, as a worker does. */
async function writeSurely(writer: StoreWriter, batches: readonly Batch[]): Promise<number> {
  for (let failures = 0; ; failures++) {
    try {
      await writer.write(batches);
      return failures;
    } catch (error) {
      expect(error).toBeInstanceOf(StoreError);
      await sleep(20);
    }
  }
}

/** Has every writer write all of the batches, each in an order of its own and so many in one write. */
function writeEverywhere(batches: readonly Batch[], together: number): Promise<number[]> {
  return Promise.all(
    writers.map(async (writer, seed) => {
      const random = createRandom(seed);
      const order = batches.toSorted(() => random() - 0.5);
      let failures = 0;
      for (let at = 0; at < order.length; at += together) {
        failures += await writeSurely(writer, order.slice(at, at + together));
      }
      return failures;
    }),
  );
}

describe('several writers', () => {
  test('that are given the same batches at once store each once', async () => {
    const batches = makeBatches(40, 30, 1);
    expect(await writeEverywhere(batches, 3)).toEqual([0, 0, 0, 0]);
    const stored = await storedNumbers();
    expect(sorted(stored.map(({ total_time }) => total_time))).toEqual(sorted(numbersIn(batches)));
    await settle(database.uri);
    expect(await recount(database.uri)).toEqual([]);
  });

  test('draw ids in the order of their commits: who reads on from the last id misses none', async () => {
    const batches = makeBatches(120, 20, 2);
    let isWriting = true;
    const seen: string[] = [];
    const tail = async (client: Client): Promise<void> => {
      for (let last = '0', isLast = false; !isLast;) {
        isLast = !isWriting;
        const { rows } = await client.query<{ id: string }>(
          'SELECT id FROM metric WHERE id > $1 ORDER BY id LIMIT 97',
          [last],
        );
        seen.push(...rows.map(({ id }) => id));
        last = rows.at(-1)?.id ?? last;
        if (rows.length > 0) isLast = false;
      }
    };
    const tailing = withClient(database.uri, tail);
    await Promise.all(
      writers.map(async (writer, at) => {
        for (let next = at; next < batches.length; next += WRITERS) {
          await writer.write(batches.slice(next, next + 1));
        }
      }),
    );
    isWriting = false;
    await tailing;
    expect(seen).toEqual((await storedNumbers()).map(({ id }) => id));
    expect(seen).toHaveLength(numbersIn(batches).length);
  });

  test('whose connections are cut at random moments lose nothing and store nothing twice', async () => {
    const batches = makeBatches(60, 40, 3);
    const written = new AbortController();
    const cut = async (): Promise<number> => {
      let cuts = 0;
      while (!written.signal.aborted) {
        const rows = await query<{ cut: boolean }>(
          database.uri,
          `SELECT pg_terminate_backend(pid) AS cut FROM pg_stat_activity
           WHERE datname = current_database() AND pid <> pg_backend_pid()
             AND application_name = 'monitor-server' ORDER BY random() LIMIT 2`,
        );
        cuts += rows.length;
        await sleep(Math.random() * 40);
      }
      return cuts;
    };
    const cutting = cut();
    await writeEverywhere(batches, 4);
    written.abort();
    expect(await cutting).toBeGreaterThan(5);
    const stored = await storedNumbers();
    expect(sorted(stored.map(({ total_time }) => total_time))).toEqual(sorted(numbersIn(batches)));
    await settle(database.uri);
    expect(await recount(database.uri)).toEqual([]);
  });

  test('that post the same session and context with different content keep the first, whole', async () => {
    for (let round = 0; round < 10; round++) {
      const h = newHash();
      await Promise.all(
        writers.map((writer, at) =>
          writer.write([
            batchOf([
              session({ session_h: h, scm_ref: `${at}`, tags: ciTags(`${h}${at}`, `${at}`) }),
              context({ h, cpu_count: at }),
              metric({ session_h: h, context_h: h }),
            ]),
          ]),
        ),
      );
      const rows = await query<{
        scm_ref: string;
        pipeline: string;
        build: string;
        tag: number;
        pipelines: string;
      }>(
        database.uri,
        `SELECT scm_ref, pipeline.name AS pipeline, build.name AS build,
           (SELECT count(*) FROM session_tag WHERE session_id = session.id) AS tags,
           (SELECT count(*) FROM pipeline WHERE starts_with(name, $1)) AS pipelines
         FROM session JOIN pipeline ON pipeline.id = session.pipeline_id JOIN build ON build.id = build_id
         WHERE h = $1`,
        [h],
      );
      const [{ scm_ref } = { scm_ref: '' }] = rows;
      expect(rows).toEqual([
        { scm_ref, pipeline: `${h}${scm_ref}`, build: scm_ref, tags: '2', pipelines: '1' },
      ]);
    }
  });

  test('keep the keys of metrics that come to all of them at once', async () => {
    const keys = Array.from({ length: 30 }, () => ({ text: newHash(), days: 7 }));
    const records = keys.map((key): StoredRecord => metric({ session_h: 'keyed' }, key));
    await Promise.all(
      writers.map((writer, at) => writer.write([batchOf(at % 2 === 0 ? records : records.toReversed())])),
    );
    expect(await storedNumbers()).toHaveLength(30);
  });
});

describe('a writer', () => {
  test('forgets batches and keys when they are of no more use', async () => {
    // Ahead of the other writers' clocks, for whom nothing is old.
    let clock = Date.now() + 3_600_000;
    const writer = await openPostgresWriter({ uris: [database.uri], now: () => clock, horizonMs: 1_000 });
    const write = (days: number): Promise<void> =>
      writer.write([{ id: batchId(clock), records: [metric({}, { text: newHash(), days })] }]);
    const remembered = () =>
      query<{ batches: string; keys: string }>(
        database.uri,
        'SELECT (SELECT count(*) FROM ingested_batch) AS batches, (SELECT count(*) FROM metric_key) AS keys',
      );
    await write(1);
    await write(3);
    await settle(database.uri);
    expect(await remembered()).toEqual([{ batches: '2', keys: '2' }]);
    clock += 2 * 86_400_000;
    await write(1);
    await vi.waitUntil(async () => (await remembered())[0]?.batches === '1', { timeout: 10_000 });
    expect(await remembered()).toEqual([{ batches: '1', keys: '2' }]);
    await writer.close();
  });
});
