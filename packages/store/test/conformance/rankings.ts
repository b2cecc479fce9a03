import { resources, type Metric, type StoredRecord } from '@monitor-server/contract';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { ListQuery, RankingFilter } from '../../src/index.ts';
import { faultsOf, read } from './reading.ts';
import { ciTags, metric, session } from './records.ts';
import { useSubject, type OpenStore, type Subject } from './store.ts';

/** Values of which many are equal, and some are negative, tiny or huge. */
const value = fc.oneof(
  { weight: 6, arbitrary: fc.constantFrom(0, 0, 0, 0.01, 0.02, -1) },
  { weight: 2, arbitrary: fc.integer({ min: -20, max: 20 }) },
  { weight: 1, arbitrary: fc.double({ noNaN: true, noDefaultInfinity: true }).map((number) => number + 0) },
);

const values = fc.record({
  total_time: value,
  user_time: value,
  kernel_time: value,
  cpu_usage: value,
  mem_usage: value,
});

/** A few tests and sessions have most of the metrics. */
const row = fc.record({
  values,
  test: fc.oneof(fc.nat(1), fc.nat(30)),
  session: fc.oneof(fc.nat(1), fc.nat(6)),
});

type Row = typeof row extends fc.Arbitrary<infer T> ? T : never;

const question = fc.record({
  n: fc.oneof(fc.integer({ min: 0, max: 12 }), fc.integer({ min: 0, max: 500 })),
  resource: fc.constantFrom(...resources),
  end: fc.constantFrom('head' as const, 'tail' as const),
});

/** Every run is a component and a pipeline of its own, so that each can fail and shrink alone. */
function recordsOf(run: string, rows: readonly Row[]): StoredRecord[] {
  const sessions = [0, 1, 2, 3, 4].map((number) =>
    session({ session_h: `${run}-${number}`, tags: ciTags(run, String(number % 2)) }),
  );
  const metrics = rows.map(({ values, test, session }) =>
    metric({ ...values, session_h: `${run}-${session}`, item: `test_${test}`, component: run }),
  );
  return [...metrics, ...sessions];
}

/** So many metrics, in so many writes, that a store has taken in all that were there before, where it does so late. */
async function fill({ put }: Subject): Promise<void> {
  for (let writes = 0; writes < 2; writes++) {
    const records = Array.from({ length: 1_024 }, (_, number) =>
      metric({
        component: 'filler',
        item: `filler_${number % 50}`,
        user_time: 0,
        kernel_time: 0,
        mem_usage: -1,
      }),
    );
    await put(...records);
  }
}

const ends = ['head', 'tail'] as const;

export function describeRankings(open: OpenStore): void {
  describe('a ranking', () => {
    const subject = useSubject(open);
    let runs = 0;

    test('is the start of all its metrics, sorted', async () => {
      const rows = fc.array(row, { minLength: 1, maxLength: 500, size: 'max' });
      const questions = fc.array(question, { minLength: 8, maxLength: 8 });
      await fc.assert(
        fc.asyncProperty(rows, questions, async (rows, questions) => {
          const run = `run${runs++}`;
          const half = Math.floor(rows.length / 2);
          await subject.put(...recordsOf(run, rows.slice(0, half)));
          await fill(subject);
          await subject.put(...recordsOf(run, rows.slice(half)));
          const filters: RankingFilter[] = [
            {},
            { component: run },
            { pipeline: run },
            { pipeline: run, build: '0' },
            { pipeline: run, build: '1' },
          ];
          const queries = questions.flatMap((asked) =>
            filters.map((filter): ListQuery => ({ list: 'ranking', filter, ...asked })),
          );
          expect(await faultsOf(subject, queries)).toEqual([]);
        }),
        { numRuns: 5 },
      );
      await subject.store.reopen();
      const all = resources.flatMap((resource) =>
        ends.map((end): ListQuery => ({ list: 'ranking', filter: {}, resource, end, n: 500 })),
      );
      expect(await faultsOf(subject, all)).toEqual([]);
    });

    test('of one test and one session that have all metrics', async () => {
      const make = (number: number): StoredRecord =>
        metric({
          session_h: 'one',
          item: 'one',
          component: 'one',
          mem_usage: (number * 7) % 11,
          cpu_usage: 1,
        });
      const filters: RankingFilter[] = [
        { component: 'one' },
        { pipeline: 'one' },
        { pipeline: 'one', build: '1' },
      ];
      const queries = [1, 64, 65, 128, 129, 500].flatMap((n) =>
        filters.flatMap((filter) =>
          ends.flatMap((end): ListQuery[] => [
            { list: 'ranking', filter, resource: 'mem_usage', end, n },
            { list: 'ranking', filter, resource: 'cpu_usage', end, n },
          ]),
        ),
      );
      await subject.put(session({ session_h: 'one', tags: ciTags('one', '1') }));
      for (const part of [0, 1, 2, 3]) {
        await subject.put(...Array.from({ length: 150 }, (_, number) => make(part * 150 + number)));
        if (part !== 3) await fill(subject);
        if (part === 1) await subject.store.reopen();
      }
      expect(await faultsOf(subject, queries)).toEqual([]);
    });

    test('of equal values is in order of storing', async () => {
      const records = Array.from({ length: 50 }, (_, number) =>
        metric({ component: 'equal', item: `test_${number % 7}`, user_time: 0, total_time: number }),
      );
      await subject.put(...records);
      for (const end of ends) {
        const query: ListQuery = {
          list: 'ranking',
          filter: { component: 'equal' },
          resource: 'user_time',
          end,
          n: 20,
        };
        const found = await read(subject.reader, query);
        expect(((found?.items ?? []) as Metric[]).map(({ total_time }) => total_time)).toEqual(
          Array.from({ length: 20 }, (_, number) => number),
        );
      }
    });

    test('of nothing is one empty page', async () => {
      for (const filter of [
        { component: 'none' },
        { pipeline: 'none' },
        { pipeline: 'one', build: 'none' },
      ]) {
        const query: ListQuery = { list: 'ranking', filter, resource: 'cpu_usage', end: 'head', n: 10 };
        expect(await read(subject.reader, query)).toMatchObject({
          items: [],
          length: 0,
          number: 1,
          pages: 1,
        });
      }
      const none: ListQuery = { list: 'ranking', filter: {}, resource: 'cpu_usage', end: 'tail', n: 0 };
      expect(await read(subject.reader, none)).toMatchObject({ items: [], pages: 1 });
    });
  });
}
