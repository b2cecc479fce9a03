import type { Metric } from '@monitor-server/contract';
import { letter } from '@monitor-server/testing/letter';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { faultsOf, read } from './reading.ts';
import { batchOf, context, metric, newHash, session } from './records.ts';
import { useSubject, type OpenStore, type Subject } from './store.ts';

const page = { number: 1, size: 5_000 };

const doubles = [0, 1, -1, 0.1, 0.1 + 0.2, 1 / 3, 1e21, 1e-7, 123456789.123, 2 ** 53, 2 ** 53 + 2, 2 ** 64];
const extremes = [5e-324, -5e-324, 2.2250738585072014e-308, 1.7976931348623157e308, -1.7976931348623157e308];
const numbers = [...doubles, ...extremes, 2 ** 63, -(2 ** 63)];

/** Any text that may be stored. */
const text = fc
  .oneof(fc.string({ unit: letter, maxLength: 40 }), fc.string({ unit: 'grapheme', maxLength: 40 }))
  .map((value) => value.replaceAll('\0', ''));

const digits = (length: number, max: number) =>
  fc.integer({ min: 0, max }).map((value) => String(value).padStart(length, '0'));

/** Any time in a form that the contract allows. */
const time = fc
  .tuple(
    digits(4, 9_999),
    fc.integer({ min: 1, max: 12 }).map((value) => String(value).padStart(2, '0')),
    fc.integer({ min: 1, max: 28 }).map((value) => String(value).padStart(2, '0')),
    fc.option(
      fc.tuple(
        fc.constantFrom('T', ' '),
        digits(2, 23),
        digits(2, 59),
        fc.option(fc.tuple(digits(2, 59), fc.option(fc.stringMatching(/^\d{1,12}$/)))),
      ),
    ),
    fc.constantFrom('', '', 'Z', '+00:00', '-0530', '+23:59', '-00:00'),
  )
  .map(([year, month, day, clock, zone]) => {
    const [blank, hour, minute, seconds] = clock ?? [];
    const fraction = seconds?.[1] == null ? '' : `.${seconds[1]}`;
    const second = seconds == null ? '' : `:${seconds[0]}${fraction}`;
    return `${year}-${month}-${day}${clock === null ? '' : `${blank}${hour}:${minute}${second}`}${zone}`;
  });

async function readBack({ store, reader }: Subject, given: Partial<Metric>[]): Promise<Metric[]> {
  const h = newHash();
  await store.writer.write([batchOf(given.map((each) => metric({ ...each, session_h: h })))]);
  const found = await read(reader, { list: 'metrics', filter: { session: h }, page });
  return found?.items as Metric[];
}

export function describeValues(open: OpenStore): void {
  describe('what is stored reads back', () => {
    const subject = useSubject(open);

    test('as a metric of exactly the fourteen canonical keys', async () => {
      const { value } = metric({ session_h: newHash() });
      await subject.put({ type: 'metric', value });
      const filter = { session: value.session_h };
      expect((await read(subject.reader, { list: 'metrics', filter, page }))?.items).toEqual([value]);
    });

    test('with exactly these numbers', async () => {
      const given = numbers.map((value) => ({
        total_time: value,
        user_time: value,
        kernel_time: value,
        cpu_usage: value,
        mem_usage: value,
      }));
      expect(await readBack(subject, given)).toMatchObject(given);
    });

    test('with exactly any numbers', async () => {
      const value = fc.double({ noNaN: true, noDefaultInfinity: true }).map((number) => number + 0);
      const values = fc.record({
        total_time: value,
        user_time: value,
        kernel_time: value,
        cpu_usage: value,
        mem_usage: value,
      });
      await fc.assert(
        fc.asyncProperty(fc.array(values, { minLength: 1, maxLength: 100 }), async (given) => {
          expect(await readBack(subject, given)).toMatchObject(given);
        }),
        { numRuns: 10 },
      );
    });

    test('with a negative zero as a zero', async () => {
      const [found] = await readBack(subject, [{ mem_usage: -0, cpu_usage: -0 }]);
      expect(Math.abs(found?.mem_usage ?? Number.NaN)).toBe(0);
      expect(Math.abs(found?.cpu_usage ?? Number.NaN)).toBe(0);
    });

    test('with any texts', async () => {
      const texts = fc.record({
        item: text,
        item_variant: text,
        item_path: text,
        item_fs_loc: text,
        kind: text,
        component: text,
        context_h: text.map((value) => `c${value}`),
      });
      await fc.assert(
        fc.asyncProperty(fc.array(texts, { minLength: 1, maxLength: 60 }), async (given) => {
          expect(await readBack(subject, given)).toMatchObject(given);
        }),
        { numRuns: 10 },
      );
    });

    test('with tests that differ in one text only', async () => {
      const keys = ['item', 'item_variant', 'item_path', 'item_fs_loc', 'kind', 'component'] as const;
      const swapped = { item: 'a', item_variant: 'b', item_path: 'c', item_fs_loc: 'd', kind: 'e' };
      const given = [
        ...keys.flatMap((key) => ['x', 'X', 'x ', ''].map((value) => ({ ...swapped, [key]: value }))),
        { ...swapped, item: 'ab', item_variant: '' },
        { ...swapped, item: '', item_variant: 'ab' },
        { ...swapped, item: `${'y'.repeat(65_535)}1` },
        { ...swapped, item: `${'y'.repeat(65_535)}2` },
      ];
      expect(await readBack(subject, [...given, ...given])).toMatchObject([...given, ...given]);
    });

    test('with times to the character', async () => {
      const given = ['2024-03-01', '2024-03-01T10:11', '2024-03-01 10:11:12', '0000-01-01T00:00:00.000000']
        .concat('9999-12-31T23:59:59.999999', '2024-02-29T10:11:12.123456Z', '1969-12-31T23:59:59.999999')
        .concat('2024-03-01T10:11:12.1234567890', '2024-03-01T10:11:12.120000', '2500-01-01T00:00:00.000001');
      const metrics = await readBack(
        subject,
        given.map((item_start_time) => ({ item_start_time })),
      );
      expect(metrics.map(({ item_start_time }) => item_start_time)).toEqual(given);
      await fc.assert(
        fc.asyncProperty(fc.array(time, { minLength: 1, maxLength: 100 }), async (times) => {
          const metrics = await readBack(
            subject,
            times.map((item_start_time) => ({ item_start_time })),
          );
          expect(metrics.map(({ item_start_time }) => item_start_time)).toEqual(times);
        }),
        { numRuns: 10 },
      );
    });
  });

  describe('sessions and contexts read back', () => {
    const subject = useSubject(open);

    test('with any texts, times, tags and numbers, in the order of the tags', async () => {
      const number = fc.double({ noNaN: true, noDefaultInfinity: true, min: 0 });
      const tags = fc.uniqueArray(fc.tuple(text, text), { selector: ([name]) => name });
      const row = fc.record({
        run_date: time,
        scm_ref: fc.option(text),
        tags,
        cpu_count: number,
        cpu_frequency: number,
        machine_node: text,
      });
      await fc.assert(
        fc.asyncProperty(fc.array(row, { maxLength: 30 }), async (rows) => {
          await subject.put(
            ...rows.map(({ run_date, scm_ref, tags }) => session({ run_date, scm_ref, tags })),
            ...rows.map(({ cpu_count, cpu_frequency, machine_node }) =>
              context({ cpu_count, cpu_frequency, machine_node }),
            ),
          );
        }),
        { numRuns: 20 },
      );
      const queries = [
        { list: 'sessions', filter: {}, page },
        { list: 'contexts', filter: {}, page },
      ] as const;
      expect(await faultsOf(subject, queries)).toEqual([]);
    });

    test('with tags whose names are numbers or mean something to JavaScript', async () => {
      const tags = ['2', '1', '__proto__', 'constructor', '01', ''].map(
        (name) => [name, `v${name}`] as const,
      );
      await subject.put(session({ tags }));
      expect(await faultsOf(subject, [{ list: 'sessions', filter: {}, page }])).toEqual([]);
    });

    test('with texts of 64 KiB', async () => {
      const long = '\u20ac'.repeat(21_845);
      await subject.put(
        session({
          session_h: long,
          scm_ref: `1${long}`,
          tags: [
            [`2${long}`, `3${long}`],
            ['pipeline_branch', long],
          ],
        }),
        context({ h: long, system_info: `4${long}` }),
      );
      const queries = [
        { list: 'sessions', filter: { prefix: long }, page },
        { list: 'contexts', filter: { prefix: long }, page },
        { list: 'pipelines', filter: {}, page },
      ] as const;
      expect(await faultsOf(subject, queries)).toEqual([]);
    });
  });
}
