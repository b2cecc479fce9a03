import { randomUUID } from 'node:crypto';
import type { Batch, Metric, StoredRecord } from '@monitor-server/contract';
import { parseQueueUri, type QueueAddress } from '@monitor-server/runtime/config';
import { v7 as uuid } from 'uuid';
import { vi } from 'vitest';
import type { QueueLog } from '../src/pipeline.ts';

/** The address as an operator would write it. */
export function addressOf(uri: string): QueueAddress {
  return parseQueueUri(uri, process.cwd());
}

export interface Journal extends QueueLog {
  readonly lines: string[];
}

/** A log that can be read. */
export function createJournal(): Journal {
  const lines: string[] = [];
  return {
    lines,
    info: (message) => void lines.push(message),
    warn: (message) => void lines.push(message),
  };
}

export function metric(number: number, session = 'session'): StoredRecord {
  const value: Metric = {
    session_h: session,
    context_h: 'context',
    item_start_time: '2024-03-01T10:11:12.123456',
    item_path: 'pkg.test_module',
    item: `test_item_${randomUUID()}`,
    item_variant: 'test_item[1]',
    item_fs_loc: 'pkg/test_module.py',
    kind: 'function',
    component: 'lib',
    total_time: number,
    user_time: 0.125,
    kernel_time: 0.01,
    cpu_usage: 0.54,
    mem_usage: -3.5,
  };
  return { type: 'metric', value };
}

export function batchOf(length: number, from = 0): Batch {
  return { id: uuid(), records: Array.from({ length }, (_, at) => metric(from + at)) };
}

/** Resolves when it is so; fails a test where that takes long even on a busy machine. */
export async function until(isSo: () => boolean | Promise<boolean>): Promise<void> {
  await vi.waitUntil(isSo, { interval: 10, timeout: 25_000 });
}

/** Whether it resolves. */
export async function works(attempt: Promise<unknown>): Promise<boolean> {
  return await attempt.then(
    () => true,
    () => false,
  );
}

/** Keeps batches by their ids, each once, as the store does. */
export interface Shelf {
  readonly batches: ReadonlyMap<string, Batch>;
  /** How often each batch came. */
  readonly times: ReadonlyMap<string, number>;
  put(batch: Batch): Promise<void>;
}

export function createShelf(): Shelf {
  const batches = new Map<string, Batch>();
  const times = new Map<string, number>();
  return {
    batches,
    times,
    put(batch) {
      times.set(batch.id, (times.get(batch.id) ?? 0) + 1);
      if (!batches.has(batch.id)) batches.set(batch.id, batch);
      return Promise.resolve();
    },
  };
}
