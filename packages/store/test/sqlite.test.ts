import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import Database from 'better-sqlite3';
import { afterAll } from 'vitest';
import { openReaderPool, openSqliteWriter, openWriterThread, type StoreWriter } from '../src/index.ts';
import { describeStore, type DeadRecord, type OpenedStore } from './conformance.ts';

const folder = mkdtempSync(join(tmpdir(), 'store-'));
let files = 0;

afterAll(() => rmSync(folder, { recursive: true }));

const newFile = (): string => join(folder, `${files++}.sqlite`);

function fail(error: unknown): void {
  throw new Error('a thread of the store ended', { cause: error });
}

/** A clock is set in the process itself, where there is no thread between. */
function openWriter(path: string, now: (() => number) | undefined): Promise<StoreWriter> {
  if (now === undefined) return openWriterThread(path, fail);
  const writer = openSqliteWriter(path, now);
  return Promise.resolve({
    write: async (batches) => writer.write(batches),
    close: async () => writer.close(),
  });
}

function deadRecordsIn(path: string): DeadRecord[] {
  const db = new Database(path, { readonly: true });
  const rows = db.prepare('SELECT batch_id AS batch, record, error FROM dead_record ORDER BY id').all();
  db.close();
  return (rows as (DeadRecord & { record: string })[]).map((row) => ({
    ...row,
    record: JSON.parse(row.record) as unknown,
  }));
}

async function openStore({ now }: { now?: () => number }): Promise<OpenedStore> {
  const path = newFile();
  let writer = await openWriter(path, now);
  const reader = openReaderPool(path, 1, fail);
  return {
    get writer() {
      return writer;
    },
    reader,
    async reopen() {
      await writer.close();
      writer = await openWriter(path, now);
    },
    deadRecords: async () => deadRecordsIn(path),
    async close() {
      await reader.close();
      await writer.close();
    },
  };
}

describeStore('the SQLite store', openStore);
