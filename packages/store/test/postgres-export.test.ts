import { openPostgres, type PostgresDatabase } from '@monitor-server/testing';
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import type { ExportQuery } from '../src/index.ts';
import { migratePostgres, openPostgresWriter } from '../src/postgres/index.ts';
import { exportChunks } from '../src/postgres/export.ts';
import { openNodes, type Nodes } from '../src/postgres/nodes.ts';
import { openPrimary, type Primary } from '../src/postgres/primary.ts';
import { batchOf } from './conformance/records.ts';
import { createWorld } from './conformance/world.ts';

const METRICS = 12_000;
const query: ExportQuery = { filter: {}, format: 'ndjson', joined: ['session', 'context'] };

let database: PostgresDatabase;
let nodes: Nodes;
let asking: Primary;
let whole: string;

/** Exports, and does something at the first chunk. */
async function textOf(
  legMs: number,
  atFirst: () => Promise<unknown> = () => Promise.resolve(),
): Promise<string> {
  let text = '';
  for await (const chunk of exportChunks(nodes, query, legMs)) {
    if (text === '') await atFirst();
    text += Buffer.from(chunk).toString();
  }
  return text;
}

const STREAMING = `FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()
  AND xact_start IS NOT NULL AND query LIKE 'SELECT array_send(id[%'`;

async function streaming(): Promise<number> {
  const [row] = await asking.query<{ count: number }>(`SELECT count(*) ${STREAMING}`);
  return row?.count ?? 0;
}

beforeAll(async () => {
  database = await openPostgres({
    prepare: { name: 'store', run: (uri) => migratePostgres({ uris: [uri] }) },
  });
  const uris = [database.uri];
  const writer = await openPostgresWriter({ uris });
  const world = createWorld(2);
  await writer.write([batchOf([...world.posts(), ...world.metrics(METRICS)])]);
  await writer.close();
  asking = openPrimary({ uris, max: 1 });
  nodes = openNodes({
    uris,
    replicas: [],
    maxLagMs: 1_000,
    statementTimeoutMs: 20_000,
    poolSize: 2,
    onLoss: () => undefined,
  });
  whole = await textOf(20_000);
});
afterAll(async () => {
  await nodes.close();
  await asking.close();
  await database.close();
});

describe('an export from PostgreSQL', () => {
  test('is the same in one transaction and in many', async () => {
    expect(whole.split('\n')).toHaveLength(METRICS + 1);
    expect((await textOf(0)) === whole).toBe(true);
  });

  test('keeps no connection from others while nobody takes it, and goes on after that', async () => {
    const text = await textOf(50, async () => {
      await vi.waitUntil(async () => (await streaming()) === 0);
    });
    expect(text === whole).toBe(true);
  });

  test('goes on after its connection was lost, and repeats nothing', async () => {
    const text = await textOf(20_000, async () => {
      expect(await streaming()).toBe(1);
      await asking.query(`SELECT pg_terminate_backend(pid) ${STREAMING}`);
    });
    expect(text === whole).toBe(true);
  });

  test('ends its query when it is left', async () => {
    for await (const _ of exportChunks(nodes, query, 20_000)) break;
    await vi.waitUntil(async () => (await streaming()) === 0);
    expect((await textOf(20_000)) === whole).toBe(true);
  });
});
