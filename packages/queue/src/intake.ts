import type { StoredRecord } from '@monitor-server/contract';
import { v7 as uuid } from 'uuid';
import { createGroupCommit } from './group-commit.ts';
import type { Pace } from './pace.ts';
import type { Queue } from './queue.ts';

/** How many records one batch holds at most. */
export const BATCH_LIMIT = 500;

/** Where ingest puts what it accepted: single records share batches, imports bring their own. */
export interface Intake {
  /** Resolves with the id of the batch that took the record, when that is durable and its answer is due. */
  add(record: StoredRecord): Promise<string>;
  /** The same for all of these, BATCH_LIMIT at most, which make up one batch. */
  addAll(records: readonly StoredRecord[]): Promise<string>;
  /** Resolves when nothing waits to become durable any more. */
  idle(): Promise<void>;
}

interface Arrival {
  readonly record: StoredRecord;
  batch: string;
}

/**
 * With a pace, answers are held back while more is accepted than is stored. They are held after the commit, each for
 * itself: while one waits, the next group is taken.
 */
export function createIntake(queue: Queue, pace?: Pace): Intake {
  async function take(records: readonly StoredRecord[]): Promise<string> {
    const id = uuid();
    await queue.accept({ id, records });
    return id;
  }

  const group = createGroupCommit<Arrival>(BATCH_LIMIT, async (arrivals) => {
    const id = await take(arrivals.map(({ record }) => record));
    for (const arrival of arrivals) arrival.batch = id;
  });

  return {
    async add(record) {
      const arrival: Arrival = { record, batch: '' };
      await group.add(arrival);
      await pace?.hold('post');
      return arrival.batch;
    },
    async addAll(records) {
      const id = await take(records);
      await pace?.hold('import');
      return id;
    },
    idle: group.idle,
  };
}
