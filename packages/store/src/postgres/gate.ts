/** Lets so many through at a time; the others wait, in order. */
export function createGate(limit: number) {
  const waiting: (() => void)[] = [];
  const onEmpty: (() => void)[] = [];
  let inside = 0;

  async function enter(): Promise<void> {
    if (inside < limit) inside++;
    else await new Promise<void>((resolve) => waiting.push(resolve));
  }

  /** Whoever waits longest takes the place over. */
  function leave(): void {
    const next = waiting.shift();
    if (next !== undefined) {
      next();
      return;
    }
    inside--;
    if (inside === 0) for (const resolve of onEmpty.splice(0)) resolve();
  }

  return {
    /** How many wait to be let through. */
    get waiting(): number {
      return waiting.length;
    },
    async pass<T>(work: () => Promise<T>): Promise<T> {
      await enter();
      try {
        return await work();
      } finally {
        leave();
      }
    },
    /** Resolves when nobody is in it. */
    async empty(): Promise<void> {
      if (inside > 0) await new Promise<void>((resolve) => onEmpty.push(resolve));
    },
  };
}
