import { randomBytes } from 'node:crypto';
import type { Batch, Metric, StoredRecord } from '@monitor-server/contract';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { QueueError, type Queue } from '../src/index.ts';

/** A queue under test and the store behind it. Both start empty. */
export interface OpenedQueue {
  readonly queue: Queue;
  /** All metrics that are stored once everything accepted so far has been, in order of storing. */
  stored(): Promise<Metric[]>;
  /**
   * All metrics that would be there if this process had ended at this moment, in any order: those accepted are,
   * wherever the queue keeps them.
   */
  durable(): Promise<Metric[]>;
  /** From now on `accept` fails, before it takes anything or after it took all and lost the answer. */
  fail(when: 'before' | 'after', reason: QueueError['reason']): void;
  /** Ends that. */
  mend(): void;
  close(): Promise<void>;
}

export type OpenQueue = () => Promise<OpenedQueue>;

function batchId(): string {
  const time = Date.now().toString(16).padStart(12, '0');
  const random = randomBytes(9).toString('hex');
  return `${time.slice(0, 8)}-${time.slice(8)}-7${random.slice(0, 3)}-8${random.slice(3, 6)}-${random.slice(6)}`;
}

function metric(session: string, number: number): StoredRecord {
  const value = {
    session_h: session,
    context_h: 'context',
    item_start_time: '2024-03-01T10:11:12.123456',
    item_path: 'pkg.test_module',
    item: 'test_item',
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

function batchOf(session: string, from: number, length: number): Batch {
  return { id: batchId(), records: upTo(length).map((at) => metric(session, from + at)) };
}

function upTo(length: number): number[] {
  return Array.from({ length }, (_, at) => at);
}

/** The numbers of the metrics of a session, in their order. */
function numbersOf(metrics: readonly Metric[], session: string): number[] {
  return metrics.filter(({ session_h }) => session_h === session).map(({ total_time }) => total_time);
}

/** What every adapter of the queue's port must do. */
export function describeQueue(name: string, open: OpenQueue): void {
  describe.each([name])('%s', () => {
    let opened: OpenedQueue | undefined;
    let session = '';

    beforeAll(async () => {
      opened = await open();
    });
    afterAll(() => opened?.close());
    beforeEach(() => {
      session = randomBytes(8).toString('hex');
    });

    function subject(): OpenedQueue {
      if (opened === undefined) throw new Error('the queue is open within tests only');
      return opened;
    }

    test('has taken a batch when accept resolves', async () => {
      const { queue, durable } = subject();
      for (const number of upTo(10)) {
        await queue.accept(batchOf(session, number, 1));
        expect(numbersOf(await durable(), session).toSorted((a, b) => a - b)).toEqual(upTo(number + 1));
      }
    });

    test('stores records as they are', async () => {
      const given = metric(session, 0.1);
      await subject().queue.accept({ id: batchId(), records: [given] });
      const found = (await subject().stored()).filter(({ session_h }) => session_h === session);
      expect(found).toEqual([given.value]);
    });

    test('stores a batch once that is offered again', async () => {
      const { queue, stored } = subject();
      const batch = batchOf(session, 0, 3);
      await queue.accept(batch);
      await queue.accept(batch);
      await Promise.all([queue.accept(batch), queue.accept(batch), queue.accept(batch)]);
      expect(numbersOf(await stored(), session)).toEqual(upTo(3));
    });

    test('stores all batches that are offered at the same moment, each whole', async () => {
      const { queue, stored } = subject();
      await Promise.all(upTo(200).map((number) => queue.accept(batchOf(session, number * 3, 3))));
      const numbers = numbersOf(await stored(), session);
      expect(numbers.toSorted((a, b) => a - b)).toEqual(upTo(600));
      for (const at of upTo(200)) {
        const first = numbers[at * 3] ?? 0;
        expect(numbers.slice(at * 3, at * 3 + 3)).toEqual([first, first + 1, first + 2]);
      }
    });

    test('keeps the order of one producer that waits for each answer', async () => {
      const { queue, stored } = subject();
      for (const number of upTo(60)) await queue.accept(batchOf(session, number, 1));
      expect(numbersOf(await stored(), session)).toEqual(upTo(60));
    });

    test('takes a batch of 500 records, and an empty one', async () => {
      const { queue, stored } = subject();
      await queue.accept(batchOf(session, 0, 500));
      await queue.accept({ id: batchId(), records: [] });
      expect(numbersOf(await stored(), session)).toEqual(upTo(500));
    });

    test('rejects with a QueueError that gives the reason', async () => {
      for (const reason of ['full', 'broken'] as const) {
        subject().fail('before', reason);
        const accepted = subject().queue.accept(batchOf(session, 0, 1));
        await expect(accepted).rejects.toThrow(QueueError);
        await expect(accepted).rejects.toMatchObject({
          reason,
          message: expect.stringMatching(/./) as string,
        });
        subject().mend();
      }
      expect(numbersOf(await subject().stored(), session)).toEqual([]);
    });

    test.each(['before', 'after'] as const)(
      'stores a batch once that failed %s it was taken, and is offered again',
      async (when) => {
        const batch = batchOf(session, 0, 3);
        subject().fail(when, 'broken');
        await expect(subject().queue.accept(batch)).rejects.toThrow(QueueError);
        subject().mend();
        await subject().queue.accept(batch);
        expect(numbersOf(await subject().stored(), session)).toEqual(upTo(3));
      },
    );
  });
}
