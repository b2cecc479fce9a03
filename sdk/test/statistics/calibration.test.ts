import { readFileSync } from 'node:fs';
import { describe, expect, test, vi } from 'vitest';
import { ResourceType } from '../../src/index.ts';
import { compareBuilds } from '../../src/statistics/builds.ts';
import type { CompareOptions, ComparisonResult } from '../../src/statistics/comparison.ts';
import { counted, createRandom, spread, type Random } from './noise.ts';
import { createWorld, PIPELINE, type World } from './world.ts';

// Thousands of comparisons each.
vi.setConfig({ testTimeout: 240_000 });

// Everything here is drawn with fixed seeds: it comes out the same every time. Intervals are not looked at, so they are
// kept cheap.
const OPTIONS: CompareOptions = { resamples: 20 };
const WALL: CompareOptions = { ...OPTIONS, resources: [ResourceType.TOTAL_TIME] };

const compare = (world: World, options: CompareOptions): ComparisonResult =>
  compareBuilds(world, PIPELINE, 'a', 'b', options);

const NOTHING = new Set(['no difference found', 'too few runs']);

/** One run of a test as pytest-monitor sees it: CPU times in steps, memory that mostly does not move. */
function runOf(random: Random, test: number) {
  const wallTime = 0.02 * 1.3 ** test * spread(random, [0.02, 0.05, 0.1, 0.3][test % 4] ?? 0.1);
  const userTime = counted(random, wallTime * 0.7);
  const kernelTime = random() < 0.8 ? 0 : counted(random, 0.01);
  const memoryUsage = random() < 0.1 ? (Math.floor(random() * 64) - 8) / 256 : 0.5 * (test % 3);
  return { wallTime, userTime, kernelTime, cpuUsage: (userTime + kernelTime) / wallTime, memoryUsage };
}

function sameTwice(random: Random, tests: number, runs: readonly [a: number, b: number]): World {
  const world = createWorld();
  for (let test = 0; test < tests; test++) {
    for (const [side, build] of ['a', 'b'].entries()) {
      for (let run = 0; run < (runs[side] ?? 0); run++) {
        world.run(build, { variant: `test ${test}`, ...runOf(random, test) });
      }
    }
  }
  return world;
}

describe('of two builds that are the same', () => {
  test.each([
    ['ten runs each', [10, 10]],
    ['five and eight runs', [5, 8]],
    ['two new runs and forty old ones', [40, 2]],
    ['sixty runs each', [60, 60]],
  ] as const)('at least 94 %% show no difference at all: %s', (_, runs) => {
    const random = createRandom(42, runs[0]);
    const trials = 100;
    const clean = Array.from({ length: trials }, () =>
      compare(sameTwice(random, 8, runs), OPTIONS).comparisons.every(({ verdict }) => NOTHING.has(verdict)),
    ).filter(Boolean);
    expect(clean.length / trials).toBeGreaterThanOrEqual(0.94);
  });

  test('at least 94 % of single comparisons of each resource show none, uncorrected', () => {
    const random = createRandom(43, 1);
    const { comparisons } = compare(sameTwice(random, 12, [1, 1]), OPTIONS);
    const counts = new Map(comparisons.map(({ resource }) => [resource, { clean: 0, all: 0 }]));
    for (let trial = 0; trial < 40; trial++) {
      const result = compare(sameTwice(random, 12, [12, 12]), { ...OPTIONS, correction: 'none' });
      for (const { resource, verdict } of result.comparisons) {
        const count = counts.get(resource)!;
        count.all++;
        if (NOTHING.has(verdict)) count.clean++;
      }
    }
    expect(counts.size).toBe(5);
    for (const { clean, all } of counts.values()) {
      expect(all).toBe(480);
      expect(clean / all).toBeGreaterThanOrEqual(0.94);
    }
  });
});

/** How many runs the documents say are needed to find a step of 20 %, by noise; those for which they name a number. */
function documentedRuns(name: string): { noise: number; runs: number }[] {
  const text = readFileSync(new URL('../../../docs/sdk-statistics.md', import.meta.url), 'utf8');
  const table = text.split(`<!-- table:${name} -->`)[1]?.split(`<!-- /table:${name} -->`)[0] ?? '';
  const lines = table.split('\n').map((line) => line.split('|').map((cell) => cell.trim()));
  const column = lines.find((cells) => cells.includes('noise'))?.indexOf('+ 20 %') ?? -1;
  return lines
    .map((cells) => ({ noise: parseInt(cells[1] ?? '', 10) / 100, runs: Number(cells[column]) }))
    .filter(({ noise, runs }) => noise > 0 && runs > 0);
}

/** Two builds in which the first tests take 20 % longer the second time. */
function stepped(random: Random, noise: number, runs: number, tests: number, slower: number): World {
  const world = createWorld();
  for (let test = 0; test < tests; test++) {
    for (let run = 0; run < runs; run++) {
      const variant = `test ${test}`;
      world.run('a', { variant, wallTime: 3 * spread(random, noise) });
      world.run('b', { variant, wallTime: 3 * spread(random, noise) * (test < slower ? 1.2 : 1) });
    }
  }
  return world;
}

describe('a step of 20 % is found in at least 95 % where the documents say so', () => {
  test('the documents say so', () => {
    expect(documentedRuns('runs-1').map(({ noise }) => noise)).toEqual([
      0.01, 0.02, 0.05, 0.1, 0.15, 0.2, 0.3,
    ]);
    expect(documentedRuns('runs-100').length).toBeGreaterThan(3);
  });

  test.each(documentedRuns('runs-1'))('one test, noise $noise, $runs runs', ({ noise, runs }) => {
    const trials = 600;
    const world = stepped(createRandom(44, runs), noise, runs, trials, trials);
    // Not corrected: each of them stands for a comparison of its own.
    const { comparisons } = compare(world, { ...WALL, correction: 'none' });
    const found = comparisons.filter(({ verdict }) => verdict === 'slower');
    expect(found.length / trials).toBeGreaterThanOrEqual(0.95);
  });

  test.each(documentedRuns('runs-100').filter(({ runs }) => runs < 30))(
    'one test of a hundred, noise $noise, $runs runs',
    ({ noise, runs }) => {
      const trials = 60;
      const random = createRandom(45, runs);
      const found = Array.from({ length: trials }, () => {
        const [first] = compare(stepped(random, noise, runs, 100, 1), WALL).comparisons;
        return first?.verdict === 'slower';
      }).filter(Boolean);
      expect(found.length / trials).toBeGreaterThanOrEqual(0.95);
    },
  );
});
