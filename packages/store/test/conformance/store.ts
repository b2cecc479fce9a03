import type { StoredRecord } from '@monitor-server/contract';
import { afterAll, beforeAll } from 'vitest';
import type { StoreReader, StoreWriter } from '../../src/index.ts';
import { createModel, take, type Model } from './model.ts';
import { batchOf } from './records.ts';

/** A record that was set aside. */
export interface DeadRecord {
  batch: string;
  record: unknown;
  error: string;
}

/** A store under test. It starts empty. */
export interface OpenedStore {
  /** Another one after `reopen`. */
  readonly writer: StoreWriter;
  readonly reader: StoreReader;
  /** Closes the writer and opens it again, as a restart does. */
  reopen(): Promise<void>;
  /** Removes all metrics that are older than they are kept. */
  expire(): Promise<void>;
  /** What of all that follows from metrics differs from what counting them anew gives. */
  recount(): Promise<string[]>;
  /** All records that were set aside, oldest first. */
  deadRecords(): Promise<DeadRecord[]>;
  close(): Promise<void>;
}

export interface OpenOptions {
  /** The clock, in milliseconds, where a test sets the time. */
  now?: () => number;
  /** How long metrics are kept; for ever without it. */
  retentionDays?: number;
}

/** Opens a fresh store. */
export type OpenStore = (options: OpenOptions) => Promise<OpenedStore>;

/** An open store, and what must be in it. */
export interface Subject {
  readonly store: OpenedStore;
  readonly reader: StoreReader;
  readonly model: Model;
  /** Stores records as one batch, in the model too. */
  put(...records: readonly StoredRecord[]): Promise<void>;
}

/** Opens one store for all tests of a `describe`, and closes it after them. */
export function useSubject(open: OpenStore, now?: () => number, retentionDays?: number): Subject {
  let store: OpenedStore | undefined;
  const model = createModel();

  beforeAll(async () => {
    store = await open({ ...(now && { now }), ...(retentionDays !== undefined && { retentionDays }) });
  });
  afterAll(() => store?.close());

  function opened(): OpenedStore {
    if (store === undefined) throw new Error('the store is open within tests only');
    return store;
  }

  return {
    get store() {
      return opened();
    },
    get reader() {
      return opened().reader;
    },
    model,
    async put(...records) {
      await opened().writer.write([batchOf(records, now?.())]);
      take(model, records);
    },
  };
}
