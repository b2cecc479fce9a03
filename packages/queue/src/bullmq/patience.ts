/** Waits for something, but not for long. */
export type Patience = <T>(work: () => Promise<T>) => Promise<T>;

/**
 * Bounds how long work is waited for; what takes longer goes on, but is no longer waited for. While any such work has
 * not ended, more of it fails at once instead of waiting in vain: without having begun.
 */
export function createPatience(patienceMs: number, late: (hasBegun: boolean) => Error): Patience {
  let overdue = 0;
  return async (work) => {
    if (overdue > 0) throw late(false);
    const { promise: patience, reject } = Promise.withResolvers<never>();
    const running = work();
    const timer = setTimeout(() => {
      overdue++;
      const ended = (): void => void overdue--;
      running.then(ended, ended);
      reject(late(true));
    }, patienceMs);
    try {
      return await Promise.race([running, patience]);
    } finally {
      clearTimeout(timer);
    }
  };
}
