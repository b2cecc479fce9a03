import type { Batch, Metric, StoredRecord } from '@monitor-server/contract';
import { describe, expect, test } from 'vitest';
import { BATCH_HORIZON_MS } from '../../src/index.ts';
import { read } from './reading.ts';
import { batchId, batchOf, metric, newHash, session } from './records.ts';
import { useSubject, type OpenStore, type Subject } from './store.ts';

/** The numbers of the metrics of a session, which the tests below count in `total_time`. */
async function numbersOf({ reader }: Subject, session: string): Promise<number[]> {
  const page = await read(reader, { list: 'metrics', filter: { session }, page: { number: 1, size: 5_000 } });
  return ((page?.items ?? []) as Metric[]).map(({ total_time }) => total_time);
}

function numbered(session: string, from: number, length: number): StoredRecord[] {
  return Array.from({ length }, (_, at) => metric({ session_h: session, total_time: from + at }));
}

function upTo(length: number): number[] {
  return Array.from({ length }, (_, at) => at);
}

/** Has a wrong type only where it comes back from JSON, which is how a number that is none travels. */
function broken(given: Partial<Metric>): StoredRecord {
  return metric({ ...given, item_start_time: 'never' });
}

export function describeBatches(open: OpenStore): void {
  describe('a batch', () => {
    const subject = useSubject(open);

    test('is there when its write resolves', async () => {
      const h = newHash();
      for (let written = 0; written < 20; written++) {
        await subject.store.writer.write([batchOf(numbered(h, written, 1))]);
        expect(await subject.reader.count({ count: 'metrics', filter: { session: h } })).toBe(written + 1);
      }
    });

    test('is stored once: offered again, alone, with others, and with another content', async () => {
      const h = newHash();
      const batch = batchOf(numbered(h, 0, 3));
      const { writer } = subject.store;
      await writer.write([batch]);
      await writer.write([batch]);
      await writer.write([batchOf(numbered(h, 3, 2)), batch, { ...batch, records: numbered(h, 100, 5) }]);
      expect(await numbersOf(subject, h)).toEqual(upTo(5));
    });

    test('is stored once: offered twice in one write', async () => {
      const h = newHash();
      const batch = batchOf(numbered(h, 0, 3));
      await subject.store.writer.write([batch, batchOf(numbered(h, 3, 1)), batch]);
      expect(await numbersOf(subject, h)).toEqual(upTo(4));
    });

    test('is stored once: offered at the same moment', async () => {
      const h = newHash();
      const batch = batchOf(numbered(h, 0, 3));
      await Promise.all(Array.from({ length: 20 }, () => subject.store.writer.write([batch])));
      expect(await numbersOf(subject, h)).toEqual(upTo(3));
    });

    test('is stored once: offered again after a restart', async () => {
      const h = newHash();
      const batch = batchOf(numbered(h, 0, 3));
      await subject.store.writer.write([batch]);
      await subject.store.reopen();
      await subject.store.writer.write([batch]);
      expect(await numbersOf(subject, h)).toEqual(upTo(3));
    });

    test('may be empty, and so may a write', async () => {
      const before = await subject.reader.count({ count: 'metrics', filter: {} });
      await subject.store.writer.write([]);
      await subject.store.writer.write([batchOf([]), batchOf([])]);
      expect(await subject.reader.count({ count: 'metrics', filter: {} })).toBe(before);
    });

    test('keeps its order, within a batch, a write, and from write to write', async () => {
      const h = newHash();
      let written = 0;
      for (const sizes of [[1], [3, 1], [200, 0, 5], [1]]) {
        const batches = sizes.map((size): Batch => {
          const records = numbered(h, written, size);
          written += size;
          return batchOf(records);
        });
        await subject.store.writer.write(batches);
      }
      expect(await numbersOf(subject, h)).toEqual(upTo(written));
    });

    test('of many that are written at once is stored whole, and none is lost', async () => {
      const h = newHash();
      const writes = upTo(50).map((at) => subject.store.writer.write([batchOf(numbered(h, at * 10, 10))]));
      await Promise.all(writes);
      const numbers = await numbersOf(subject, h);
      for (let at = 0; at < numbers.length; at += 10) {
        const first = numbers[at] ?? 0;
        expect(numbers.slice(at, at + 10)).toEqual(upTo(10).map((offset) => first + offset));
      }
      expect(numbers.toSorted((a, b) => a - b)).toEqual(upTo(500));
    });
  });

  describeDead(open);
  describeHorizon(open);
}

function describeDead(open: OpenStore): void {
  describe('a record that cannot be stored', () => {
    const subject = useSubject(open);

    test('is set aside with its error; its neighbours are stored, in order', async () => {
      const h = newHash();
      const bad = broken({ session_h: h });
      const worse = session({ session_h: h, run_date: '2024-13-01' });
      const [first, second, third] = numbered(h, 0, 3) as [StoredRecord, StoredRecord, StoredRecord];
      const batch = batchOf([first, bad, second, worse, third]);
      await subject.store.writer.write([batch]);
      expect(await numbersOf(subject, h)).toEqual(upTo(3));
      expect(await subject.reader.count({ count: 'sessions', filter: { prefix: h } })).toBe(0);
      const dead = (await subject.store.deadRecords()).filter((each) => each.batch === batch.id);
      expect(dead).toEqual([
        { batch: batch.id, record: bad, error: expect.stringContaining('never') },
        { batch: batch.id, record: worse, error: expect.stringContaining('2024-13-01') },
      ]);
    });

    test('is set aside once, and does not hold up other batches of the same write', async () => {
      const h = newHash();
      const batch = batchOf([broken({ session_h: h }), ...numbered(h, 1, 1)]);
      const { writer } = subject.store;
      await writer.write([batchOf(numbered(h, 0, 1)), batch, batchOf(numbered(h, 2, 1))]);
      await writer.write([batch]);
      expect(await numbersOf(subject, h)).toEqual(upTo(3));
      const dead = await subject.store.deadRecords();
      expect(dead.filter((each) => each.batch === batch.id)).toHaveLength(1);
    });

    test('leaves no trace: neither a component, nor its key', async () => {
      const h = newHash();
      const key = { text: newHash() };
      const bad = metric({ session_h: h, component: h, item_start_time: 'never' }, key);
      await subject.store.writer.write([batchOf([bad])]);
      expect(await read(subject.reader, { list: 'components', filter: { prefix: h } })).toMatchObject({
        items: [],
      });
      await subject.store.writer.write([batchOf([metric({ session_h: h, total_time: 0 }, key)])]);
      expect(await numbersOf(subject, h)).toEqual([0]);
    });

    test('may be a number that is none', async () => {
      const h = newHash();
      const batch = batchOf([metric({ session_h: h, cpu_usage: Number.NaN }), ...numbered(h, 0, 1)]);
      await subject.store.writer.write([batch]);
      expect(await numbersOf(subject, h)).toEqual([0]);
      const dead = await subject.store.deadRecords();
      expect(dead.filter((each) => each.batch === batch.id)).toHaveLength(1);
    });
  });
}

function describeHorizon(open: OpenStore): void {
  describe('the id of a batch', () => {
    let clock = Date.parse('2024-05-01T00:00:00Z');
    const subject = useSubject(open, () => clock);

    test('is remembered as long as the batch is taken', async () => {
      const h = newHash();
      const { writer } = subject.store;
      const batch: Batch = { id: batchId(clock), records: numbered(h, 0, 2) };
      const late: Batch = { id: batchId(clock), records: numbered(h, 2, 2) };
      await writer.write([batch]);
      clock += BATCH_HORIZON_MS;
      await writer.write([batchOf(numbered(newHash(), 0, 1), clock)]);
      await writer.write([batch, late]);
      expect(await numbersOf(subject, h)).toEqual(upTo(4));
      clock += 1;
      await writer.write([batch]);
      expect(await numbersOf(subject, h)).toEqual(upTo(4));
    });

    test('that is older sets the whole batch aside, and nothing else', async () => {
      const h = newHash();
      const old: Batch = { id: batchId(clock - BATCH_HORIZON_MS - 1), records: numbered(h, 10, 2) };
      const { writer } = subject.store;
      await writer.write([
        batchOf(numbered(h, 0, 1), clock),
        old,
        batchOf([session({ session_h: h }), ...numbered(h, 1, 1)], clock),
      ]);
      expect(await numbersOf(subject, h)).toEqual(upTo(2));
      expect(await subject.reader.count({ count: 'sessions', filter: { prefix: h } })).toBe(1);
      const dead = (await subject.store.deadRecords()).filter((each) => each.batch === old.id);
      expect(dead.map(({ record }) => record)).toEqual(old.records);
      expect(dead[0]?.error).toMatch(/older/);
    });

    test('may lie in the future, where the clock of another machine is ahead', async () => {
      const h = newHash();
      const batch: Batch = { id: batchId(clock + 10 * BATCH_HORIZON_MS), records: numbered(h, 0, 1) };
      await subject.store.writer.write([batch]);
      await subject.store.writer.write([batch]);
      expect(await numbersOf(subject, h)).toEqual([0]);
    });
  });
}
