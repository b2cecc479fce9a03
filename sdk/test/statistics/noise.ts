import { createRandom, type Random } from '../../src/statistics/random.ts';

export { createRandom, type Random };

/** A standard normal variable (Box and Muller 1958). */
export function gauss(random: Random): number {
  return Math.sqrt(-2 * Math.log(1 - random())) * Math.cos(2 * Math.PI * random());
}

/** A positive variable with the median 1 whose deviation is `noise` times its mean (log-normal). */
export function spread(random: Random, noise: number): number {
  return Math.exp(Math.sqrt(Math.log1p(noise * noise)) * gauss(random));
}

/** What a kernel that counts in steps of 10 ms says of a time in seconds, with the noise of adding and subtracting. */
export function counted(random: Random, seconds: number): number {
  const before = Math.floor(random() * 1e5) / 100;
  return before + Math.floor(seconds * 100 + random()) / 100 - before;
}
