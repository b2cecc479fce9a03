/** Numbers in [0, 1) in steps of 2⁻³², the same sequence for the same seeds on every machine. */
export type Random = () => number;

/**
 * A generator seeded with two numbers, of which the lower 32 bits count: sfc32 of Chris Doty-Humphrey's PractRand, which
 * passes that suite and needs nothing but 32-bit integers. Not for secrets.
 */
export function createRandom(seed: number, stream: number): Random {
  let a = seed | 0;
  let b = stream | 0;
  let c = 0;
  let counter = 1;

  function next(): number {
    const sum = (a + b + counter) | 0;
    counter = (counter + 1) | 0;
    a = b ^ (b >>> 9);
    b = (c + (c << 3)) | 0;
    c = ((c << 21) | (c >>> 11)) + sum;
    return (sum >>> 0) / 2 ** 32;
  }

  // Similar seeds have to part first.
  for (let round = 0; round < 15; round++) next();
  return next;
}
