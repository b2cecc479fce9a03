import { readdirSync, readFileSync } from 'node:fs';
import { openPostgres } from '@monitor-server/testing';
import { Client } from 'pg';
import { describe, expect, test } from 'vitest';
import { migratePostgres, openPostgresWriter } from '../src/postgres/index.ts';
import { everyList } from './conformance/battery.ts';
import { createModel, take } from './conformance/model.ts';
import { faultsOf } from './conformance/reading.ts';
import { batchOf, metric } from './conformance/records.ts';
import type { Subject } from './conformance/store.ts';
import { createWorld } from './conformance/world.ts';
import { query, recount, settle, TESTS_IN_NO_BLOCK } from './postgres/recount.ts';
import { openReader } from './postgres/reader.ts';

const migrationsFolder = new URL('../src/postgres/migrations/', import.meta.url);
const migrations = readdirSync(migrationsFolder).sort();

const some = everyList().filter((_, at) => at % 3 === 0);
const rankings = some.filter(({ list }) => list === 'ranking');

/** Gives an empty database an earlier schema, and its tables what is in those of another database. */
async function downgrade(source: string, target: string, schema: number): Promise<void> {
  const db = new Client({ connectionString: target });
  await db.connect();
  const names = async (text: string): Promise<string[]> =>
    (await db.query<{ name: string }>(text)).rows.map(({ name }) => name);
  await db.query(
    'CREATE TABLE schema_migration (number integer PRIMARY KEY, migrated_at timestamptz DEFAULT now())',
  );
  for (const [at, name] of migrations.slice(0, schema).entries()) {
    await db.query(readFileSync(new URL(name, migrationsFolder), 'utf8'));
    await db.query('INSERT INTO schema_migration VALUES ($1)', [at + 1]);
  }
  const totals = await names('SELECT name FROM total');
  for (const table of await names(`SELECT tablename AS name FROM pg_tables WHERE schemaname = 'public'`)) {
    if (table === 'schema_migration') continue;
    const columns = await names(
      `SELECT attname AS name FROM pg_attribute WHERE attrelid = '${table}'::regclass AND attnum > 0`,
    );
    const [row] = await query<{ rows: string }>(
      source,
      `SELECT coalesce(json_agg(t), '[]')::text AS rows FROM ${table} AS t`,
    );
    await db.query(`DELETE FROM ${table}`);
    await db.query(
      `INSERT INTO ${table} (${columns.join(', ')}) OVERRIDING SYSTEM VALUE
       SELECT ${columns.join(', ')} FROM json_populate_recordset(NULL::${table}, $1)`,
      [row?.rows],
    );
    if (columns.includes('id') && table !== 'ingested_batch') {
      const sequence = `pg_get_serial_sequence('${table}', 'id')`;
      await db.query(
        `SELECT setval(${sequence}, max(id)) FROM ${table} WHERE ${sequence} IS NOT NULL HAVING count(*) > 0`,
      );
    }
  }
  await db.query('DELETE FROM total WHERE name <> ALL ($1)', [totals]);
  await db.end();
}

describe.each(migrations.slice(0, -1).map((name, at) => [at + 1, name] as const))(
  'a PostgreSQL database of schema %i (%s)',
  (schema) => {
    test('is brought up to date, and answers the same with what is written before and after', async () => {
      const newer = await openPostgres({
        prepare: { name: 'store', run: (uri) => migratePostgres({ uris: [uri] }) },
      });
      const older = await openPostgres();
      const world = createWorld(schema);
      const model = createModel();

      async function write(uri: string, length: number): Promise<void> {
        const imported = metric({ session_h: 's1', context_h: 'c1' }, { text: `line ${length}` });
        const records = [...world.metrics(length), ...world.posts(), imported];
        const writer = await openPostgresWriter({ uris: [uri] });
        await writer.write([batchOf(records)]);
        await writer.write([batchOf([imported])]);
        await settle(uri);
        await writer.close();
        take(model, records);
      }

      await write(newer.uri, 700);
      await downgrade(newer.uri, older.uri, schema);
      await migratePostgres({ uris: [older.uri] });
      expect(await recount(older.uri)).toEqual([]);
      const reader = openReader(older.uri);
      expect(await faultsOf({ reader, model } as Subject, rankings)).toEqual([]);
      await write(older.uri, 300);
      expect(await recount(older.uri)).toEqual([]);
      expect(await query(older.uri, TESTS_IN_NO_BLOCK)).toEqual([]);
      expect(await faultsOf({ reader, model } as Subject, some)).toEqual([]);
      await reader.close();
      await newer.close();
      await older.close();
    });
  },
);
