import { describe, expect, test } from 'vitest';
import { MonitorError, ResourceType } from '../../src/index.ts';
import { compareBuilds } from '../../src/statistics/builds.ts';
import { compareSessions } from '../../src/statistics/compare.ts';
import { compare, createWorld, FAST, only, PIPELINE, SLOW, WALL, type World, worldOf } from './world.ts';

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
