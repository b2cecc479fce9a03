import { describe, expect, test } from 'vitest';
import { Context } from '../../src/index.ts';
import { compare, createWorld, FAST, kinds, only, SLOW, WALL, type World, worldOf } from './world.ts';

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
