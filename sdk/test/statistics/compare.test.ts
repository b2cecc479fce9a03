import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { Context, MonitorError, ResourceType } from '../../src/index.ts';
import { compareBuilds } from '../../src/statistics/builds.ts';
import { compareSessions } from '../../src/statistics/compare.ts';
import type { CompareOptions, Comparison, ComparisonResult } from '../../src/statistics/comparison.ts';
import { createWorld, PIPELINE, type World } from './world.ts';

const WALL = { resources: [ResourceType.TOTAL_TIME] };

/** Six runs that do not overlap with `SLOW`: enough to tell these two apart. */
const FAST = [1, 1.1, 1.2, 1.3, 1.4, 1.5];
const SLOW = [2, 2.1, 2.2, 2.3, 2.4, 2.5];

const compare = (world: World, options: CompareOptions = WALL): ComparisonResult =>
  compareBuilds(world, PIPELINE, 'a', 'b', options);

const only = ({ comparisons }: ComparisonResult): Comparison => {
  expect(comparisons).toHaveLength(1);
  return comparisons[0] as Comparison;
};

const kinds = ({ warnings }: ComparisonResult): string[] => warnings.map(({ kind }) => kind);

function worldOf(runs: Record<'a' | 'b', readonly number[]>, contextH = 'm1'): World {
  const world = createWorld();
  for (const build of ['a', 'b'] as const) {
    for (const wallTime of runs[build]) world.run(build, { wallTime, contextH });
  }
  return world;
}

describe('a comparison of builds', () => {
  test('says what is slower, by how much, and how sure that is', () => {
    const comparison = only(compare(worldOf({ a: FAST, b: SLOW })));
    expect(comparison).toMatchObject({
      test: { variant: 't', item: '', item_path: '', component: '', kind: 'function' },
      machine: { cpuVendor: 'AMD EPYC', cpuCount: 4, ram: { min: 16_000, max: 16_000 } },
      resource: 'total_time',
      a: { n: 6, median: 1.25 },
      b: { n: 6, median: 2.25 },
      difference: 1,
      ratio: 1.8,
      u: 36,
      larger: 1,
      method: 'exact',
      verdict: 'slower',
    });
    expect(comparison.p).toBeCloseTo(2 / 924, 14);
    expect(comparison.pCorrected).toBe(comparison.p);
    expect(comparison.ratioInterval.low).toBeGreaterThan(1.4);
    expect(comparison.ratioInterval.high).toBeLessThan(2.4);
    expect(comparison.differenceInterval.low).toBeLessThan(1);
    expect(comparison.differenceInterval.high).toBeGreaterThan(1);
  });

  test('speaks of more and less where it is not about time', () => {
    const world = createWorld();
    for (const [at, value] of FAST.entries()) {
      world.run('a', { wallTime: SLOW[at]!, memoryUsage: value, cpuUsage: value, userTime: 1 });
      world.run('b', { wallTime: value, memoryUsage: SLOW[at]!, cpuUsage: -value, userTime: 1 });
    }
    const { comparisons } = compare(world, {});
    expect(comparisons.map(({ resource, verdict }) => [resource, verdict])).toEqual([
      ['total_time', 'faster'],
      ['user_time', 'no difference found'],
      ['kernel_time', 'too few runs'],
      ['cpu', 'less'],
      ['memory', 'more'],
    ]);
  });

  test('has too few runs where no outcome could be told from chance, which then count for nothing', () => {
    const world = worldOf({ a: FAST, b: SLOW });
    for (const wallTime of [1, 2, 3]) {
      world.run('a', { variant: 'rare', wallTime });
      world.run('b', { variant: 'rare', wallTime: wallTime * 10 });
    }
    const [often, rare] = compare(world).comparisons;
    expect(often?.pCorrected).toBe(often?.p);
    expect(rare).toMatchObject({
      a: { n: 3, median: 2 },
      b: { n: 3, median: 20 },
      ratio: 10,
      ratioInterval: { low: NaN, high: NaN },
      pCorrected: NaN,
      verdict: 'too few runs',
    });
    expect(rare?.p).toBeCloseTo(0.1, 14);
    expect(compare(world, { ...WALL, alpha: 0.2 }).comparisons[1]?.verdict).toBe('slower');
  });

  test('takes several builds for one side', () => {
    const world = createWorld();
    for (const [at, wallTime] of FAST.entries()) world.run(`old ${at}`, { wallTime });
    for (const [at, wallTime] of SLOW.entries()) world.run(`new ${at}`, { wallTime });
    const builds = (name: string): string[] => FAST.map((_, at) => `${name} ${at}`);
    const result = compareBuilds(world, PIPELINE, builds('old'), builds('new'), WALL);
    expect(only(result).verdict).toBe('slower');
    expect(result.a).toEqual({ name: `build ${builds('old').join(', ')}`, sessions: 6, metrics: 6 });
  });

  test('keeps tests apart that only have their names in common, unless told', () => {
    const world = createWorld();
    for (const [at, value] of FAST.entries()) {
      world.run('a', { itemPath: 'one', wallTime: value });
      world.run('b', { itemPath: 'one', wallTime: value + 0.001 * at });
      world.run('a', { itemPath: 'other', wallTime: SLOW[at]! });
      world.run('b', { itemPath: 'other', wallTime: SLOW[at]! });
    }
    expect(compare(world).comparisons.map(({ test, a }) => [test.item_path, a.n])).toEqual([
      ['one', 6],
      ['other', 6],
    ]);
    const merged = compareBuilds(world, PIPELINE, 'a', 'b', { ...WALL, by: ['variant'] });
    expect(merged.comparisons.map(({ test, a }) => [test, a.n])).toEqual([[{ variant: 't' }, 12]]);
  });

  test('says which tests only one build has', () => {
    const world = worldOf({ a: FAST, b: SLOW });
    world.run('a', { variant: 'gone', wallTime: 1 });
    world.run('b', { variant: 'new', wallTime: 1 });
    world.run('b', { variant: 'new', wallTime: 2 });
    world.run('c', { variant: 'elsewhere', wallTime: 2 });
    const { uncompared } = compare(world);
    expect(uncompared.map(({ test, a, b }) => [test.variant, a, b])).toEqual([
      ['gone', 1, 0],
      ['new', 0, 2],
    ]);
  });

  test('leaves out what was not recorded', () => {
    const world = worldOf({ a: [NaN, ...FAST, NaN], b: SLOW });
    expect(only(compare(world)).a.n).toBe(6);
    expect(only(compare(worldOf({ a: [NaN, NaN], b: SLOW })))).toMatchObject({
      a: { n: 0, median: NaN },
      u: NaN,
      p: NaN,
      larger: NaN,
      method: 'none',
      verdict: 'too few runs',
    });
  });

  test('refuses what cannot be compared', () => {
    const world = worldOf({ a: FAST, b: SLOW });
    const message = 'none of the sessions is of build c in pipeline main';
    expect(() => compareBuilds(world, PIPELINE, 'a', 'c')).toThrow(new MonitorError(message));
    expect(() => compareBuilds(world, 'other', 'a', 'b')).toThrow(MonitorError);
    expect(() => compareBuilds(world, PIPELINE, ['a', 'b'], 'b')).toThrow(RangeError);
    expect(() => compareBuilds(world, PIPELINE, 'a', [])).toThrow(RangeError);
    expect(() => compare(world, { alpha: 0 })).toThrow(RangeError);
    expect(() => compare(world, { confidence: 1 })).toThrow(RangeError);
    expect(() => compare(world, { resamples: 0 })).toThrow(RangeError);
    expect(() => compare(world, { by: [] })).toThrow(RangeError);
  });
});

describe('values that are hard to compare', () => {
  test('a ratio is undefined for medians of zero, but a difference is not', () => {
    const world = createWorld();
    for (const kernelTime of [0, 0, 0, 0, 0.01, 0.01]) world.run('a', { kernelTime });
    for (const kernelTime of [0, 0, 0.01, 0.01, 0.01, 0.02]) world.run('b', { kernelTime });
    const comparison = only(compare(world, { resources: [ResourceType.KERNEL_TIME] }));
    expect(comparison).toMatchObject({
      difference: 0.01,
      ratio: NaN,
      ratioInterval: { low: NaN, high: NaN },
    });
    const { low, high } = comparison.differenceInterval;
    expect([low, high]).toEqual([expect.closeTo(-0.005, 12), expect.closeTo(0.015, 12)]);
  });

  test('memory may be negative', () => {
    const world = createWorld();
    for (const value of FAST) {
      world.run('a', { memoryUsage: -value });
      world.run('b', { memoryUsage: value });
    }
    const comparison = only(compare(world, { resources: [ResourceType.MEMORY] }));
    expect(comparison).toMatchObject({ difference: 2.5, ratio: NaN, verdict: 'more' });
    expect(comparison.differenceInterval.low).toBeGreaterThan(2);
  });

  test('times that differ by nothing but rounding are equal', () => {
    const world = createWorld();
    for (let at = 0; at < 8; at++) {
      world.run('a', { kernelTime: 0.009999999999999981 });
      world.run('b', { kernelTime: 0.010000000000000009 });
    }
    const comparison = only(compare(world, { resources: [ResourceType.KERNEL_TIME] }));
    expect(comparison).toMatchObject({ a: { median: 0.01 }, ratio: 1, larger: 0.5, p: 1 });
    expect(comparison.verdict).toBe('no difference found');
  });
});

describe('machines', () => {
  test('are of one class whatever their frequency, name and a little memory', () => {
    const world = worldOf({ a: FAST, b: [] });
    const alike = { cpuVendor: 'AMD EPYC', cpuCount: 4, cpuFreq: 1200, macNode: 'z' };
    world.contexts.add(new Context({ ...alike, h: 'm3', ramTotal: 16_100 }));
    for (const wallTime of SLOW) world.run('b', { wallTime, contextH: 'm3' });
    const result = compare(world);
    expect(only(result).machine?.ram).toEqual({ min: 16_000, max: 16_100 });
    expect(result.warnings).toEqual([]);
    expect(kinds(compare(world, { ...WALL, ramTolerance: 0 }))).toContain('no-common-machine');
  });

  test.each([
    ['model', { cpuVendor: 'AMD EPYC 2', cpuCount: 4, ramTotal: 16_000 }],
    ['architecture', { cpuVendor: 'AMD EPYC', cpuType: 'arm', cpuCount: 4, ramTotal: 16_000 }],
    ['number of CPUs', { cpuVendor: 'AMD EPYC', cpuCount: 8, ramTotal: 16_000 }],
    ['memory', { cpuVendor: 'AMD EPYC', cpuCount: 4, ramTotal: 32_000 }],
  ])('of another %s are never compared', (_, init) => {
    const world = worldOf({ a: FAST, b: [] });
    world.contexts.add(new Context({ ...init, h: 'm3' }));
    for (const wallTime of SLOW) world.run('b', { wallTime, contextH: 'm3' });
    const result = compare(world);
    expect(result.comparisons).toEqual([]);
    expect(result.uncompared).toMatchObject([{ a: 6, b: 6 }]);
    expect(kinds(result)).toEqual(['no-common-machine', 'one-sided-machine', 'one-sided-machine']);
    expect(result.warnings[0]?.message).toContain('build a and build b');
    expect(result.warnings[1]?.message).toContain('6 metrics are left out');
  });

  /** Nothing changed, but build b ran more often on the slow machine. */
  function confounded(): World {
    const world = createWorld();
    const runs = (build: string, contextH: string, base: number, n: number): void => {
      for (let at = 0; at < n; at++) world.run(build, { contextH, wallTime: base + ((at * 7) % n) / n / 10 });
    };
    runs('a', 'm1', 1, 20);
    runs('a', 'm2', 2, 5);
    runs('b', 'm2', 2, 20);
    runs('b', 'm1', 1, 5);
    return world;
  }

  test('of several classes are compared class by class', () => {
    const result = compare(confounded());
    expect(
      result.comparisons.map(({ machine, a, b, verdict }) => [machine?.cpuVendor, a.n, b.n, verdict]),
    ).toEqual([
      ['AMD EPYC', 20, 5, 'no difference found'],
      ['Xeon Gold', 5, 20, 'no difference found'],
    ]);
    expect(result.machines.map(({ a, b }) => [a, b])).toEqual([
      [20, 5],
      [5, 20],
    ]);
    expect(result.warnings).toEqual([]);
  });

  test('are thrown together on demand, which may find what is not there, and is said', () => {
    const result = compare(confounded(), { ...WALL, pool: true });
    expect(only(result)).toMatchObject({ machine: undefined, a: { n: 25 }, b: { n: 25 }, verdict: 'slower' });
    expect(kinds(result)).toEqual(['pooled-machines']);
    expect(result.warnings[0]?.message).toMatch(/AMD EPYC, 4 CPUs, 16000 MB; Xeon Gold, 8 CPUs, 32000 MB/);
    expect(compare(worldOf({ a: FAST, b: SLOW }), { ...WALL, pool: true }).warnings).toEqual([]);
  });

  test('of one side only are named, and the others are compared', () => {
    const world = worldOf({ a: FAST, b: SLOW });
    world.run('b', { wallTime: 9, contextH: 'm2' });
    const result = compare(world);
    expect(only(result).b.n).toBe(6);
    expect(result.warnings).toEqual([
      {
        kind: 'one-sided-machine',
        message: 'only build b ran on Xeon Gold, 8 CPUs, 32000 MB: 1 metric is left out',
      },
    ]);
  });

  test('that are not known are left out, unless all are thrown together', () => {
    const world = worldOf({ a: FAST, b: SLOW });
    world.run('b', { wallTime: 9, contextH: 'unknown' });
    expect(only(compare(world)).b.n).toBe(6);
    expect(kinds(compare(world))).toEqual(['unknown-machine']);
    const pooled = compare(world, { ...WALL, pool: true });
    expect(only(pooled).b.n).toBe(7);
    expect(kinds(pooled)).toEqual(['pooled-machines']);
  });

  test('without a model on record are compared with a warning', () => {
    const world = worldOf({ a: FAST, b: SLOW }, 'm3');
    world.contexts.add(new Context({ h: 'm3', cpuCount: 2, ramTotal: 1000 }));
    expect(kinds(compare(world))).toEqual(['unknown-model']);
    expect(only(compare(world)).verdict).toBe('slower');
  });

  test('that neither side ran on change nothing', () => {
    const world = worldOf({ a: FAST, b: SLOW });
    // Were it counted, it would be the smallest of the class, to which the others would then be too large to belong.
    world.contexts.add(new Context({ h: 'm0', cpuVendor: 'AMD EPYC', cpuCount: 4, ramTotal: 15_900 }));
    world.contexts.add(new Context({ h: 'm3', cpuVendor: 'AMD EPYC', cpuCount: 4, ramTotal: 16_100 }));
    world.run('b', { wallTime: 2.6, contextH: 'm3' });
    expect(only(compare(world)).b.n).toBe(7);
  });
});

describe('what counts as a run', () => {
  /** Two builds whose sessions have three runs each, close to each other and far from those of other sessions. */
  function moody(): World {
    const world = createWorld();
    const moods = { a: [1, 1.3, 1.1, 1.25], b: [1.2, 1.4, 1.5, 1.15] };
    for (const build of ['a', 'b'] as const) {
      for (const [at, mood] of moods[build].entries()) {
        for (const wallTime of [mood, mood + 0.001, mood + 0.002]) {
          world.run(build, { session: `s${at}`, wallTime });
        }
      }
    }
    return world;
  }

  test('may be a session: the median of its metrics', () => {
    expect(only(compare(moody()))).toMatchObject({ a: { n: 12 }, verdict: 'slower' });
    const bySession = only(compare(moody(), { ...WALL, unit: 'session' }));
    expect(bySession).toMatchObject({ a: { n: 4, median: 1.176 }, verdict: 'no difference found' });
  });

  test('may be a build', () => {
    const world = createWorld();
    for (const [at, value] of FAST.entries()) {
      for (const session of ['one', 'two']) {
        world.run(`old ${at}`, { session, wallTime: value });
        world.run(`new ${at}`, { session, wallTime: SLOW[at]! });
      }
    }
    const builds = (name: string): string[] => FAST.map((_, at) => `${name} ${at}`);
    const options = { ...WALL, unit: 'build' } as const;
    const result = compareBuilds(world, PIPELINE, builds('old'), builds('new'), options);
    expect(only(result)).toMatchObject({ a: { n: 6, median: 1.25 }, verdict: 'slower' });
  });
});

test('any sessions can be compared', () => {
  const world = worldOf({ a: FAST, b: SLOW });
  const sides = [
    { name: 'numpy 1', sessions: new Set(['a/only']) },
    { name: 'numpy 2', sessions: new Set(['b/only']) },
  ] as const;
  const result = compareSessions(world, ...sides, WALL);
  expect(result.comparisons).toEqual(compare(world).comparisons);
  expect(result.a).toEqual({ name: 'numpy 1', sessions: 1, metrics: 6 });
});

describe('many comparisons', () => {
  /** One test that is slower, and others of which there is nothing to say. */
  function many(others: number): World {
    const world = worldOf({ a: FAST, b: SLOW });
    for (let test = 0; test < others; test++) {
      for (const wallTime of FAST) {
        world.run('a', { variant: `other ${test}`, wallTime });
        world.run('b', { variant: `other ${test}`, wallTime });
      }
    }
    return world;
  }

  test('need more to be sure', () => {
    const verdict = (correction?: CompareOptions['correction']) =>
      compare(many(30), { ...WALL, correction }).comparisons[0]?.verdict;
    expect(compare(many(10)).comparisons[0]?.verdict).toBe('slower');
    expect([verdict(), verdict('holm'), verdict('none')]).toEqual([
      'no difference found',
      'no difference found',
      'slower',
    ]);
  });

  test('do not change the interval of one, nor does asking again; another seed does', () => {
    const intervalOf = (world: World, seed?: number) => {
      const [first] = compare(world, { ...WALL, seed }).comparisons;
      return [first?.ratioInterval, first?.differenceInterval];
    };
    const expected = intervalOf(many(0));
    expect(intervalOf(many(20))).toEqual(expected);
    expect(intervalOf(many(20), 1)).toEqual(expected);
    expect(intervalOf(many(20), 2)).not.toEqual(expected);
  });
});

test('exchanging the builds, or the order of metrics, changes nothing but the direction', () => {
  const run = fc.record({
    build: fc.constantFrom('a', 'b'),
    variant: fc.constantFrom('x', 'y'),
    contextH: fc.constantFrom('m1', 'm2'),
    wallTime: fc.oneof(fc.integer({ min: 1, max: 4 }), fc.double({ min: 1, max: 4, noNaN: true })),
  });
  const mirrored = { slower: 'faster', faster: 'slower' } as Record<string, string>;
  const essence = ({ test, machine, p, larger, ratio, verdict }: Comparison) => ({
    name: `${test.variant} ${machine?.cpuVendor}`,
    p: Math.round(p * 1e6),
    larger: Math.round(larger * 1e6),
    ratio: Math.round(ratio * 1e6),
    verdict,
  });
  const sorted = (comparisons: readonly ReturnType<typeof essence>[]) =>
    comparisons.toSorted((one, other) => one.name.localeCompare(other.name));

  fc.assert(
    fc.property(fc.array(run, { minLength: 1, maxLength: 60 }), (runs) => {
      const ends = [
        { build: 'a', variant: 'x', contextH: 'm1', wallTime: 1 },
        { build: 'b', variant: 'x', contextH: 'm1', wallTime: 1 },
      ];
      const worlds = [
        [...ends, ...runs],
        [...runs.toReversed(), ...ends],
      ].map((each) => {
        const world = createWorld();
        for (const { build, ...init } of each) world.run(build, init);
        return world;
      });
      const [one, other] = worlds.map((world) => compare(world, { ...WALL, resamples: 10 }).comparisons);
      expect(sorted(other!.map(essence))).toEqual(sorted(one!.map(essence)));
      const back = compareBuilds(worlds[0]!, PIPELINE, 'b', 'a', { ...WALL, resamples: 10 }).comparisons;
      expect(sorted(back.map(essence))).toEqual(
        sorted(
          one!.map((each) =>
            essence({
              ...each,
              larger: 1 - each.larger,
              ratio: 1 / each.ratio,
              verdict: (mirrored[each.verdict] ?? each.verdict) as Comparison['verdict'],
            }),
          ),
        ),
      );
    }),
    { numRuns: 60 },
  );
});
