import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { resources } from '@monitor-server/contract';
import Database from 'better-sqlite3';
import { afterAll, describe, expect, test } from 'vitest';
import { openReaderPool, openSqliteWriter, StoreError, type ListQuery } from '../src/index.ts';
import { everyList } from './conformance/battery.ts';
import { createModel, take } from './conformance/model.ts';
import { faultsOf } from './conformance/reading.ts';
import { batchOf, metric } from './conformance/records.ts';
import type { Subject } from './conformance/store.ts';
import { createWorld } from './conformance/world.ts';
import { recount } from './sqlite/recount.ts';

const folder = mkdtempSync(join(tmpdir(), 'store-upgrade-'));

afterAll(() => rmSync(folder, { recursive: true }));

const migrationsFolder = new URL('../src/sqlite/migrations/', import.meta.url);
const migrations = readdirSync(migrationsFolder).sort();

/** Makes a file with an earlier schema, and in its tables what is in those of another file. */
function downgrade(source: string, target: string, schema: number): void {
  const db = new Database(target);
  const names = (sql: string): string[] => db.prepare(sql).pluck().all() as string[];
  for (const name of migrations.slice(0, schema)) {
    db.exec(readFileSync(new URL(name, migrationsFolder), 'utf8'));
  }
  db.pragma(`user_version = ${schema}`);
  const totals = names('SELECT name FROM total');
  db.prepare('ATTACH ? AS newer').run(source);
  for (const table of names(`SELECT name FROM sqlite_schema WHERE type = 'table'`)) {
    const columns = names(`SELECT name FROM pragma_table_info('${table}')`).join(', ');
    db.exec(`DELETE FROM ${table}; INSERT INTO ${table} (${columns}) SELECT ${columns} FROM newer.${table}`);
  }
  db.prepare('DELETE FROM total WHERE name NOT IN (SELECT value FROM json_each(?))').run(
    JSON.stringify(totals),
  );
  db.close();
}

const some = everyList().filter((_, at) => at % 3 === 0);

const rankings = resources.flatMap((resource) =>
  (['head', 'tail'] as const).flatMap((end) =>
    [5, 60].flatMap((n): ListQuery[] => [
      { list: 'ranking', filter: {}, resource, end, n },
      { list: 'ranking', filter: { component: 'lib' }, resource, end, n },
      { list: 'ranking', filter: { pipeline: 'main' }, resource, end, n },
    ]),
  ),
);

describe.each(migrations.slice(0, -1).map((name, at) => [at + 1, name] as const))(
  'a SQLite file of schema %i (%s)',
  (schema) => {
    test('is brought up to date, and answers the same with what is written before and after', async () => {
      const newer = join(folder, `${schema}-newer.sqlite`);
      const path = join(folder, `${schema}.sqlite`);
      const world = createWorld(schema);
      const model = createModel();

      function write(file: string, length: number): void {
        const imported = metric({ session_h: 's1', context_h: 'c1' }, { text: `line ${length}` });
        const records = [...world.metrics(length), ...world.posts(), imported];
        const writer = openSqliteWriter(file);
        writer.write([batchOf(records)]);
        writer.write([batchOf([imported])]);
        writer.close();
        take(model, records);
      }

      write(newer, 3_300);
      write(newer, 500);
      downgrade(newer, path, schema);
      const reader = openReaderPool(path, 1, () => undefined);
      const early = reader.list(rankings[0] as ListQuery);
      await expect(early).rejects.toThrow(StoreError);
      await expect(early).rejects.toThrow(
        new RegExp(`its schema is number ${schema} of .*start the service`),
      );
      openSqliteWriter(path).close();
      expect(recount(path)).toEqual([]);
      const subject = { reader, model } as Subject;
      expect(await faultsOf(subject, some)).toEqual([]);
      write(path, 2_100);
      expect(recount(path)).toEqual([]);
      expect(await faultsOf(subject, rankings)).toEqual([]);
      await reader.close();
    });
  },
);
