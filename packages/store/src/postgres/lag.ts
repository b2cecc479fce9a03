interface Sample {
  time: number;
  position: number;
}

/**
 * Tells how long a replica is behind, from where the primary's write-ahead log was when. Neither the clocks of
 * the servers matter nor whether anything is written: a replica that has all of the log is not behind, however old that
 * is. While the primary cannot be asked, nobody falls behind further. Times are in milliseconds; a lag is short of
 * the true one by no more than the time between two samples.
 */
export function createLagGauge(maxLagMs: number) {
  const samples: Sample[] = [];

  return {
    /** Where the primary's log was when it was asked last; 0 where it never was. */
    get newest(): number {
      return samples.at(-1)?.position ?? 0;
    },

    note(time: number, position: number): void {
      // Another primary that took over without the last of the log.
      if (position < this.newest) samples.length = 0;
      samples.push({ time, position });
      // What is older tells no more than that the limit is exceeded.
      while ((samples[1]?.time ?? time) < time - maxLagMs) samples.shift();
    },

    /** How long the first of the log that a replica does not have is known to be there. */
    lagOf(position: number): number {
      const missing = samples.find((sample) => sample.position > position);
      return missing === undefined ? 0 : (samples.at(-1)?.time ?? 0) - missing.time;
    },
  };
}
