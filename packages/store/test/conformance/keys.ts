import type { RecordKey } from '@monitor-server/contract';
import { describe, expect, test } from 'vitest';
import { read } from './reading.ts';
import { batchOf, metric, newHash } from './records.ts';
import { useSubject, type OpenStore } from './store.ts';

const DAY_MS = 86_400_000;

export function describeKeys(open: OpenStore): void {
  describe('a metric with a key', () => {
    let clock = Date.parse('2024-05-01T00:00:00Z');
    const subject = useSubject(open, () => clock);

    const post = (h: string, key: RecordKey | undefined, total_time = 0): Promise<void> =>
      subject.store.writer.write([batchOf([metric({ session_h: h, total_time }, key)], clock)]);

    const count = (session: string): Promise<number> =>
      subject.reader.count({ count: 'metrics', filter: { session } });

    test('is stored once, and the first body wins', async () => {
      const h = newHash();
      const key = { text: h, days: 7 };
      await post(h, key, 1);
      await post(h, key, 2);
      const twice = [metric({ session_h: h, total_time: 3 }, key), metric({ session_h: h }, key)];
      await subject.store.writer.write([batchOf(twice, clock), batchOf(twice, clock)]);
      const query = { list: 'metrics', filter: { session: h }, page: { number: 1, size: 10 } } as const;
      expect(await read(subject.reader, query)).toMatchObject({ items: [{ total_time: 1 }] });
    });

    test('is stored once where several of them come first together', async () => {
      const h = newHash();
      const key = { text: h };
      await subject.store.writer.write([
        batchOf([metric({ session_h: h }, key), metric({ session_h: h }, key)], clock),
        batchOf([metric({ session_h: h }, key)], clock),
      ]);
      await Promise.all(Array.from({ length: 10 }, () => post(h, key)));
      expect(await count(h)).toBe(1);
    });

    test('differs from one with another key, and from one without', async () => {
      const h = newHash();
      const long = 'k'.repeat(65_000);
      const texts = [
        h,
        h.toUpperCase(),
        `${h} `,
        `${h}%`,
        `${long}1${h}`,
        `${long}2${h}`,
        `\u00e9${h}`,
        `e\u0301${h}`,
      ];
      for (const text of texts) {
        await post(h, { text });
        await post(h, { text, days: 7 });
      }
      expect(await count(h)).toBe(texts.length);
      await post(h, undefined);
      await post(h, undefined);
      expect(await count(h)).toBe(texts.length + 2);
    });

    test('is forgotten after its days, and not a moment earlier', async () => {
      const h = newHash();
      const key = { text: h, days: 7 };
      await post(h, key);
      clock += 7 * DAY_MS - 1;
      await post(h, key);
      expect(await count(h)).toBe(1);
      clock += 1;
      await post(h, key);
      expect(await count(h)).toBe(2);
      clock += 7 * DAY_MS - 1;
      await post(h, key);
      expect(await count(h)).toBe(2);
    });

    test('without days is kept as long as the metric', async () => {
      const h = newHash();
      await post(h, { text: h });
      clock += 10_000 * DAY_MS;
      await post(newHash(), undefined);
      await post(h, { text: h });
      await post(h, { text: h, days: 7 });
      clock += 8 * DAY_MS;
      await post(h, { text: h, days: 7 });
      expect(await count(h)).toBe(1);
    });

    test('of a post is kept for good once an import names it', async () => {
      const h = newHash();
      await post(h, { text: h, days: 7 });
      clock += 3 * DAY_MS;
      await post(h, { text: h });
      clock += 30 * DAY_MS;
      await post(newHash(), undefined);
      await post(h, { text: h, days: 7 });
      await post(h, { text: h });
      expect(await count(h)).toBe(1);
    });

    test('that was forgotten is taken anew by an import, and then kept', async () => {
      const h = newHash();
      await post(h, { text: h, days: 7 });
      clock += 8 * DAY_MS;
      await post(h, { text: h });
      clock += 30 * DAY_MS;
      await post(h, { text: h, days: 7 });
      expect(await count(h)).toBe(2);
    });

    test('is stored once after a restart', async () => {
      const h = newHash();
      await post(h, { text: h, days: 7 });
      await subject.store.reopen();
      await post(h, { text: h, days: 7 });
      expect(await count(h)).toBe(1);
    });
  });
}
