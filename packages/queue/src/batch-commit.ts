import type { Batch } from '@monitor-server/contract';
import { createGroupCommit, type GroupCommit } from './group-commit.ts';

/** How many records one transaction holds, about: more make it no cheaper, and readers wait longer for them. */
const TRANSACTION_LIMIT = 5_000;

/** An empty batch still costs a row. */
function weigh({ records }: Batch): number {
  return Math.max(1, records.length);
}

/** Merges the batches that wait into transactions, one at a time, in the order in which they came. */
export function createBatchCommit(store: (batches: Batch[]) => Promise<void>): GroupCommit<Batch> {
  return createGroupCommit(TRANSACTION_LIMIT, store, weigh);
}
