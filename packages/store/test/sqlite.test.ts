import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import Database from 'better-sqlite3';
import { afterAll } from 'vitest';
import { openReaderPool, openSqliteWriter, openWriterThread, type StoreWriter } from '../src/index.ts';
import { describeStore, type DeadRecord, type OpenedStore, type OpenOptions } from './conformance.ts';
import { recount } from './sqlite/recount.ts';

const folder = mkdtempSync(join(tmpdir(), 'store-'));
let files = 0;

afterAll(() => rmSync(folder, { recursive: true }));

const newFile = (): string => join(folder, `${files++}.sqlite`);

function fail(error: unknown): void {
  throw new Error('a thread of the store ended', { cause: error });
}

interface OpenedWriter extends StoreWriter {
  /** Not where it is in a thread, which does that by itself. */
  expire?(): void;
}

/** A clock is set in the process itself, where there is no thread between. */
async function openWriter(path: string, options: OpenOptions): Promise<OpenedWriter> {
  if (options.now === undefined) return openWriterThread(path, fail);
  const writer = openSqliteWriter(path, options);
  return {
    write: async (batches) => void writer.write(batches),
    expire() {
      while (writer.expire());
    },
    close: async () => writer.close(),
  };
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

async function openStore(options: OpenOptions): Promise<OpenedStore> {
  const path = newFile();
  let writer = await openWriter(path, options);
  const reader = openReaderPool(path, 1, fail);
  return {
    get writer() {
      return writer;
    },
    reader,
    async reopen() {
      await writer.close();
      writer = await openWriter(path, options);
    },
    expire: async () => writer.expire?.(),
    recount: async () => recount(path),
    deadRecords: async () => deadRecordsIn(path),
    async close() {
      await reader.close();
      await writer.close();
    },
  };
}

describeStore('the SQLite store', openStore);
