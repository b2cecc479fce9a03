import type { Batch, StoredRecord } from '@monitor-server/contract';
import { v7 as uuid } from 'uuid';
import type { Spool } from '../src/pipeline.ts';

/** A metric that its `total_time` tells from others; `text` makes it longer. */
export function metric(number: number, text = ''): StoredRecord {
  const value = {
    session_h: 'session',
    context_h: 'context',
    item_start_time: '2024-03-01T10:11:12.123456',
    item_path: 'pkg.test_module',
    item: 'test_item',
    item_variant: `test_item[${text}]`,
    item_fs_loc: 'pkg/test_module.py',
    kind: 'function',
    component: '',
    total_time: number,
    user_time: 0.125,
    kernel_time: 0.01,
    cpu_usage: 0.54,
    mem_usage: -3.5,
  };
  return { type: 'metric', value };
}

export function batchOf(...records: StoredRecord[]): Batch {
  return { id: uuid(), records };
}

/** Batches of some records each. */
export function batches(length: number, size = 3): Batch[] {
  return Array.from({ length }, (_, at) =>
    batchOf(...Array.from({ length: size }, (_, record) => metric(at * size + record))),
  );
}

export function idsOf(some: readonly Batch[]): string[] {
  return some.map(({ id }) => id);
}

/** Takes everything out of a spool, in its order. */
export async function empty(spool: Spool): Promise<Batch[]> {
  const all: Batch[] = [];
  for (;;) {
    const found = await spool.oldest(100);
    if (found.length === 0) return all;
    all.push(...found);
    await spool.remove(idsOf(found));
  }
}
