import { medianIntervals } from '../../src/statistics/bootstrap.ts';
import { mannWhitneyU, smallestP } from '../../src/statistics/mann-whitney.ts';
import { summarizeValues } from '../../src/statistics/summary.ts';
import { counted, createRandom, spread, type Random } from './noise.ts';

const ALPHA = 0.05;
const TRIALS = 2000;
/** Found so often in `TRIALS`, a difference is found in 95 % of all cases beyond any doubt. */
const ENOUGH = 0.965;
const MOST_RUNS = 200;

/** How often something is found in trials that are the same every time. */
function shareOf(found: (random: Random) => boolean, trials: number, stream: number): number {
  const random = createRandom(2024, stream);
  let count = 0;
  for (let trial = 0; trial < trials; trial++) if (found(random)) count++;
  return count / trials;
}

/** One run of a build, given how much slower that is. */
export type Draw = (random: Random, factor: number) => number;

/** Runs whose deviation is `noise` times their mean. */
export const noisy =
  (noise: number): Draw =>
  (random, factor) =>
    factor * spread(random, noise);

/** CPU time in seconds with little noise of its own, as the kernel counts it; equal again where it is rounded. */
export const ticking =
  (seconds: number): Draw =>
  (random, factor) =>
    Math.round(counted(random, seconds * factor * spread(random, 0.02)) * 1e9) / 1e9;

const sample = (draw: Draw, n: number, random: Random, factor: number): number[] =>
  Array.from({ length: n }, () => draw(random, factor));

/**
 * The smallest number of runs of each build with which a change by `factor` of one test among `comparisons` is found in
 * 95 of 100 cases; undefined where 200 are not enough. None of the others has changed, which is the hardest case.
 */
export function neededRuns(draw: Draw, factor: number, comparisons: number): number | undefined {
  const level = ALPHA / comparisons;
  const isEnough = (n: number): boolean =>
    smallestP(n, n) <= level &&
    shareOf(
      (random) => mannWhitneyU(sample(draw, n, random, 1), sample(draw, n, random, factor)).p <= level,
      TRIALS,
      n,
    ) >= ENOUGH;
  if (!isEnough(MOST_RUNS)) return undefined;
  let [few, many] = [2, MOST_RUNS];
  while (many - few > 1) {
    const middle = (few + many) >> 1;
    if (isEnough(middle)) many = middle;
    else few = middle;
  }
  return many;
}

/** How often the interval of the ratio of medians holds the true ratio, with `n` runs of each build. */
export function coverage(n: number, noise: number): number {
  const draw = noisy(noise);
  return shareOf(
    (random) => {
      const { ratio } = medianIntervals(sample(draw, n, random, 1), sample(draw, n, random, 1), {
        resamples: 1000,
      });
      return ratio.low <= 1 && 1 <= ratio.high;
    },
    TRIALS,
    n,
  );
}

/**
 * How often a difference is found where there is none, among four sessions of five runs for each build, where `mood` of
 * the variance is that of sessions: with metrics as runs, and with sessions.
 */
export function falseAlarms(mood: number): { metric: number; session: number } {
  const noise = 0.05;
  const sessions = (random: Random): number[][] =>
    Array.from({ length: 4 }, () => {
      const own = spread(random, noise * Math.sqrt(mood));
      return Array.from({ length: 5 }, () => own * spread(random, noise * Math.sqrt(1 - mood)));
    });
  const medians = (each: number[][]): number[] => each.map((runs) => summarizeValues(runs).median);
  const found = (of: (each: number[][]) => number[]): number =>
    shareOf((random) => mannWhitneyU(of(sessions(random)), of(sessions(random))).p <= ALPHA, TRIALS, 1);
  return { metric: found((each) => each.flat()), session: found(medians) };
}
