import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { compareBuilds } from '../../src/statistics/builds.ts';
import type { CompareOptions, Comparison } from '../../src/statistics/comparison.ts';
import { compare, createWorld, FAST, PIPELINE, SLOW, WALL, type World, worldOf } from './world.ts';

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
