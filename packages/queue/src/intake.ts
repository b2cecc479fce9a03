import type { StoredRecord } from '@monitor-server/contract';
import { v7 as uuid } from 'uuid';
import { createGroupCommit } from './group-commit.ts';
import type { Queue } from './queue.ts';

/** How many records one batch holds at most. */
export const BATCH_LIMIT = 500;

/** Where ingest puts what it accepted: single records share batches, imports bring their own. */
export interface Intake {
  /** Resolves when the record is durable. */
  add(record: StoredRecord): Promise<void>;
  /** Resolves when all of these, BATCH_LIMIT at most, are durable. */
  addAll(records: readonly StoredRecord[]): Promise<void>;
  /** Resolves when nothing waits any more. */
  idle(): Promise<void>;
}

export function createIntake(queue: Queue): Intake {
  const addAll = (records: readonly StoredRecord[]): Promise<void> => queue.accept({ id: uuid(), records });
  const group = createGroupCommit<StoredRecord>(BATCH_LIMIT, addAll);
  return { add: group.add, addAll, idle: group.idle };
}
