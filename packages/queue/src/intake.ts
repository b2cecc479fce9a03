import type { StoredRecord } from '@monitor-server/contract';
import { v7 as uuid } from 'uuid';
import { createGroupCommit } from './group-commit.ts';
import type { Pace } from './pace.ts';
import type { Queue } from './queue.ts';

/** How many records one batch holds at most. */
export const BATCH_LIMIT = 500;

/** Where ingest puts what it accepted: single records share batches, imports bring their own. */
export interface Intake {
  /**
   * Resolves with the id of the batch that took the record, when that is durable and its answer is due. `request` names
   * what it came with, for those who are told of the batch.
   */
  add(record: StoredRecord, request?: string): Promise<string>;
  /** The same for all of these, BATCH_LIMIT at most, which make up one batch. */
  addAll(records: readonly StoredRecord[], request?: string): Promise<string>;
  /** Resolves when nothing waits to become durable any more. */
  idle(): Promise<void>;
}

interface Arrival {
  readonly record: StoredRecord;
  readonly request: string | undefined;
  batch: string;
}

/** A batch that has become durable. */
export interface Accepted {
  readonly batch: string;
  readonly records: number;
  /** How long the queue took for it. */
  readonly milliseconds: number;
  /** What its records came with, as far as that was named. */
  readonly requests: readonly string[];
}

export type Follow = (
  batch: Omit<Accepted, 'milliseconds'>,
  accept: (trace: string) => Promise<void>,
) => Promise<void>;

export interface IntakeOptions {
  pace?: Pace | undefined;
  /** Follows a batch until the queue has it: calls what it is given, with what is to travel with the batch. */
  follow?: Follow | undefined;
  /** Told of every batch once it is durable. It must not throw. */
  onAccepted?: ((accepted: Accepted) => void) | undefined;
}

/**
 * With a pace, answers are held back while more is accepted than is stored. They are held after the commit, each for
 * itself: while one waits, the next group is taken.
 */
export function createIntake(queue: Queue, { pace, follow, onAccepted }: IntakeOptions = {}): Intake {
  async function take(
    records: readonly StoredRecord[],
    requests: () => (string | undefined)[],
  ): Promise<string> {
    const id = uuid();
    const start = performance.now();
    // Only for those who want to know: it is done for every batch.
    const named = (): Omit<Accepted, 'milliseconds'> => ({
      batch: id,
      records: records.length,
      requests: requests().filter((request) => request !== undefined),
    });
    if (follow === undefined) await queue.accept({ id, records });
    else await follow(named(), (trace) => queue.accept({ id, records, trace }));
    onAccepted?.({ ...named(), milliseconds: performance.now() - start });
    return id;
  }

  const group = createGroupCommit<Arrival>(BATCH_LIMIT, async (arrivals) => {
    const records = arrivals.map(({ record }) => record);
    const id = await take(records, () => arrivals.map(({ request }) => request));
    for (const arrival of arrivals) arrival.batch = id;
  });

  return {
    async add(record, request) {
      const arrival: Arrival = { record, request, batch: '' };
      await group.add(arrival);
      await pace?.hold('post');
      return arrival.batch;
    },
    async addAll(records, request) {
      const id = await take(records, () => [request]);
      await pace?.hold('import');
      return id;
    },
    idle: group.idle,
  };
}
