const FEWEST = 16;
const MOST = 1_024;

/** Work that others have to wait for, in pieces that take only so long as they may. */
export interface Slices {
  /** How many can be done in about so many milliseconds, as far as those before tell. */
  within(milliseconds: number): number;
  /** Tells how long so many took. */
  took(count: number, milliseconds: number): void;
}

/** Begins with small ones. */
export function createSlices(): Slices {
  /** Milliseconds. */
  let each = 1;
  return {
    within: (milliseconds) => Math.round(Math.min(Math.max(milliseconds / each, FEWEST), MOST)),
    took(count, milliseconds) {
      // What took unusually long, as with a checkpoint of the log in it, tells little of what comes.
      each = Math.min(Math.max(milliseconds / count, each / 2), each * 2);
    },
  };
}
