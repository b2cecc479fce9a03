import { startPostgres } from '@monitor-server/testing';
import { Client } from 'pg';
import { expect, test } from 'vitest';
import { openPostgresReader, openPostgresWriter } from '../src/postgres/index.ts';
import { batchOf, metric } from './conformance/records.ts';

test('a failover that loses what was stored last mixes nothing up', async () => {
  const primary = await startPostgres({ settings: { fsync: false } });
  const replica = await startPostgres({ replicaOf: primary, settings: { fsync: false } });
  const uris = [primary.uri(), replica.uri()];
  const writer = await openPostgresWriter({ uris });
  const reader = openPostgresReader({
    uris,
    replicas: [],
    maxLagMs: 0,
    statementTimeoutMs: 10_000,
    poolSize: 2,
  });
  const countOf = (session: string): Promise<number> =>
    reader.count({ count: 'metrics', filter: { session } });
  const put = (session_h: string, context_h: string, item: string, component: string): Promise<void> =>
    writer.write([batchOf([metric({ session_h, context_h, item, component })])]);

  await put('kept', 'kept', 'kept', 'kept');
  const client = new Client(replica.uri());
  await client.connect();
  await client.query(`ALTER SYSTEM SET primary_conninfo = ''`);
  await client.query('SELECT pg_reload_conf()');
  for (;;) {
    const { rowCount } = await client.query(`SELECT FROM pg_stat_wal_receiver WHERE status = 'streaming'`);
    if (rowCount === 0) break;
  }
  await client.end();
  await put('lost', 'lost', 'lost', 'lost');
  expect(await countOf('lost')).toBe(1);
  await primary.kill();
  await replica.promote();

  // What the writer remembers of `lost` is not there any more, and others may get its ids.
  await put('later', 'later', 'later', 'later');
  await put('lost', 'lost', 'lost', 'lost');
  expect(await Promise.all(['kept', 'later', 'lost'].map(countOf))).toEqual([1, 1, 1]);
  const page = await reader.list({ list: 'metrics', filter: {}, page: { number: 1, size: 10 } });
  const items = JSON.parse(page?.items.toString() ?? '') as Record<string, unknown>[];
  expect(
    items.map((each) => [each['session_h'], each['context_h'], each['item'], each['component']]),
  ).toEqual(['kept', 'later', 'lost'].map((name) => [name, name, name, name]));
  await Promise.all([reader.close(), writer.close()]);
  await Promise.all([replica.close(), primary.close()]);
});
