import { storedTime, type TimeRange } from '@monitor-server/contract';
import { runs } from '@monitor-server/testing';
import fc from 'fast-check';
import { beforeAll, describe, expect, test } from 'vitest';
import type { CountQuery, ListQuery } from '../../src/index.ts';
import { metricFilters, rankingFilters, sessionFilters } from './battery.ts';
import { faultsOf } from './reading.ts';
import { metric, session } from './records.ts';
import { useSubject, type OpenStore } from './store.ts';
import { createWorld } from './world.ts';

const page = { number: 1, size: 500 };
const START = Date.parse('2024-03-01T00:00:00Z') * 1000;
const HOUR = 3_600_000_000;

/** Ranges that fit a `World`: whole hours meet the times in it exactly, and a microsecond beside them does not. */
const range: fc.Arbitrary<TimeRange> = fc.record({
  since: fc.option(bound(), { nil: undefined }),
  until: fc.option(bound(), { nil: undefined }),
}) as fc.Arbitrary<TimeRange>;

function bound(): fc.Arbitrary<number> {
  return fc
    .tuple(fc.integer({ min: -2, max: 502 }), fc.constantFrom(0, 0, 1, -1))
    .map(([hour, micros]) => START + hour * HOUR + micros);
}

export function describeRanges(open: OpenStore): void {
  describe('a time range', () => {
    const subject = useSubject(open);
    const world = createWorld(13);

    beforeAll(async () => {
      await subject.put(...world.metrics(2_200), ...world.posts());
      await subject.put(...world.metrics(300));
    });

    test('of metrics: every list, count and ranking', async () => {
      const end = fc.constantFrom('head' as const, 'tail' as const);
      const resource = fc.constantFrom('kernel_time' as const, 'mem_usage' as const, 'total_time' as const);
      await fc.assert(
        fc.asyncProperty(
          range,
          fc.constantFrom(...metricFilters),
          fc.constantFrom(...rankingFilters),
          end,
          resource,
          fc.nat(60),
          async (range, filter, ranking, end, resource, n) => {
            const queries: (ListQuery | CountQuery)[] = [
              { list: 'metrics', filter: { ...filter, range }, page },
              { count: 'metrics', filter: { ...filter, range } },
              { list: 'ranking', filter: { ...ranking, range }, resource, end, n },
            ];
            expect(await faultsOf(subject, queries)).toEqual([]);
          },
        ),
        { numRuns: runs(20) },
      );
    });

    test('of sessions: every list and count', async () => {
      await fc.assert(
        fc.asyncProperty(range, fc.constantFrom(...sessionFilters), async (range, filter) => {
          const queries: (ListQuery | CountQuery)[] = [
            { list: 'sessions', filter: { ...filter, range }, page },
            { count: 'sessions', filter: { ...filter, range } },
          ];
          expect(await faultsOf(subject, queries)).toEqual([]);
        }),
        { numRuns: runs(25) },
      );
    });
  });

  describe('a time range includes its start, excludes its end', () => {
    const subject = useSubject(open);
    const early = ['0000-01-01', '1500-06-15', '1969-12-31T23:59:59.999999', '1970-01-01T00:00:00.000001'];
    const same = [
      '2024-03-01T10:11:12.123456',
      '2024-03-01T12:11:12.123456+02:00',
      '2024-03-01 10:11:12.123456Z',
    ];
    const close = ['2024-03-01T10:11:12.1234569', '2024-03-01T10:11:12.123457', '2024-03-01'];
    const late = ['2255-01-01', '2300-01-01', '9999-12-31T23:59:59.999999'];
    const times = [...early, ...same, ...close, ...late];

    beforeAll(async () => {
      await subject.put(
        ...times.map((item_start_time) => metric({ item_start_time })),
        ...times.map((run_date) => session({ run_date })),
      );
    });

    test.each(times)('%s', async (time) => {
      const { micros } = storedTime(time);
      const ranges: TimeRange[] = [
        { since: micros },
        { until: micros },
        { since: micros, until: micros },
        { since: micros, until: micros + 1_000 },
        { since: micros + 1_000 },
        { until: micros + 1_000 },
        { since: micros, until: micros - 1_000 },
      ];
      const queries = ranges.flatMap((range): (ListQuery | CountQuery)[] => [
        { list: 'metrics', filter: { range }, page },
        { list: 'metrics', filter: { component: 'lib', range }, page },
        { count: 'metrics', filter: { range } },
        { list: 'sessions', filter: { range }, page },
        { count: 'sessions', filter: { range } },
        { list: 'ranking', filter: { range }, resource: 'mem_usage', end: 'head', n: 50 },
      ]);
      expect(await faultsOf(subject, queries)).toEqual([]);
    });
  });
}
