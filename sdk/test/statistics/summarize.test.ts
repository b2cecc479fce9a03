import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { Metric, Metrics, ResourceType, Session, Sessions, UnsupportedError } from '../../src/index.ts';
import type { MetricInit } from '../../src/index.ts';
import { summarize } from '../../src/statistics/summarize.ts';
import { summarizeValues } from '../../src/statistics/summary.ts';

const metricsOf = (...inits: MetricInit[]): Metrics => new Metrics(inits.map((init) => new Metric(init)));

const WALL = { resources: [ResourceType.TOTAL_TIME] };

describe('metrics are summarized', () => {
  const metrics = metricsOf(
    { variant: 'b', item: 'x', component: 'c1', sessionH: 's1', wallTime: 5, memoryUsage: -1 },
    { variant: 'a', item: 'x', component: 'c1', sessionH: 's1', wallTime: 1, memoryUsage: 2 },
    { variant: 'b', item: 'x', component: 'c2', sessionH: 's2', wallTime: 7, memoryUsage: NaN },
    { variant: 'b', item: 'x', component: 'c1', sessionH: 's3', wallTime: 6, memoryUsage: -3 },
  );
  const sessions = new Sessions([
    new Session({ h: 's1', scmRef: 'r1', tags: { pipeline_branch: 'main', pipeline_build_no: '1' } }),
    new Session({ h: 's2', scmRef: null, tags: { pipeline_branch: 'dev', pipeline_build_no: '1' } }),
    new Session({ h: 's3', scmRef: 'r1', tags: { pipeline_branch: 'main', pipeline_build_no: '' } }),
  ]);

  test('by one key, all resources, groups in the order of their first metrics', () => {
    const summaries = summarize(metrics, 'variant');
    expect(summaries.map(({ group, resource, n }) => [group.variant, resource, n])).toEqual([
      ['b', 'total_time', 3],
      ['b', 'user_time', 0],
      ['b', 'kernel_time', 0],
      ['b', 'cpu', 0],
      ['b', 'memory', 2],
      ['a', 'total_time', 1],
      ['a', 'user_time', 0],
      ['a', 'kernel_time', 0],
      ['a', 'cpu', 0],
      ['a', 'memory', 1],
    ]);
    expect(summaries[0]).toEqual({
      group: { variant: 'b' },
      resource: 'total_time',
      n: 3,
      min: 5,
      median: 6,
      p95: 6.9,
      max: 7,
      mean: 6,
      sd: 1,
    });
    expect(summaries[4]).toMatchObject({ n: 2, min: -3, median: -2, max: -1, mean: -2 });
  });

  test('by several keys together', () => {
    const summaries = summarize(metrics, ['component', 'variant'], WALL);
    expect(summaries.map(({ group, n }) => ({ ...group, n }))).toEqual([
      { component: 'c1', variant: 'b', n: 2 },
      { component: 'c1', variant: 'a', n: 1 },
      { component: 'c2', variant: 'b', n: 1 },
    ]);
  });

  test('by what their sessions say; metrics of which that is not known are in no group', () => {
    const byBuild = summarize(metrics, 'build', { ...WALL, sessions });
    expect(byBuild.map(({ group, n }) => ({ ...group, n }))).toEqual([
      { pipeline: 'main', build: '1', n: 2 },
      { pipeline: 'dev', build: '1', n: 1 },
    ]);
    const byPipeline = summarize(metrics, 'pipeline', { ...WALL, sessions });
    expect(byPipeline.map(({ group, n }) => [group.pipeline, n])).toEqual([
      ['main', 3],
      ['dev', 1],
    ]);
    const byScm = summarize(metrics, 'scm', { ...WALL, sessions });
    expect(byScm.map(({ group, n }) => [group.scm, n])).toEqual([['r1', 3]]);
    expect(() => summarize(metrics, 'build')).toThrow(UnsupportedError);
  });

  test('also where they were filtered out of others, whose texts they share', () => {
    const only = metrics.filterWith(({ variant }) => variant === 'a');
    expect(summarize(only, 'variant', WALL).map(({ group }) => group.variant)).toEqual(['a']);
    expect(summarize(new Metrics(), 'variant')).toEqual([]);
  });

  test('without being changed', () => {
    const before = metrics.columns.numbers('total_time').slice();
    summarize(metrics, 'item');
    expect(metrics.columns.numbers('total_time')).toEqual(before);
  });
});

test('every group is summarized as if it stood alone', () => {
  const name = fc.constantFrom('a', 'b', 'c', 'd');
  const init = fc.record({
    variant: name,
    component: name,
    kind: name,
    wallTime: fc.oneof(
      fc.constant(NaN),
      fc.integer({ min: -5, max: 5 }),
      fc.double({ min: -9, max: 9, noNaN: true }),
    ),
  });
  fc.assert(
    fc.property(fc.array(init, { maxLength: 150 }), (inits) => {
      const keys = ['component', 'variant', 'kind'] as const;
      const nameOf = (texts: Record<(typeof keys)[number], string>): string =>
        keys.map((key) => texts[key]).join();
      const groups = Map.groupBy(inits, nameOf);
      const summaries = summarize(metricsOf(...inits), keys, WALL);
      expect(summaries.map(({ group }) => nameOf(group))).toEqual([...groups.keys()]);
      for (const { group, resource, sd, mean, ...summary } of summaries) {
        const alone = summarizeValues((groups.get(nameOf(group)) ?? []).map(({ wallTime }) => wallTime));
        expect(resource).toBe('total_time');
        expect(alone).toMatchObject(summary);
        expect([mean, sd]).toEqual([alone.mean, alone.sd]);
      }
    }),
  );
});
