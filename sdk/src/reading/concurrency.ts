/** Requests under way at a time: enough to hide the way to the server, few enough to leave it to others. */
const CONCURRENCY = 4;

/** Does some work for every item, some of it at a time, and gives the results in the order of the items. */
export async function* inOrder<T, R>(
  items: Iterable<T>,
  signal: AbortSignal | undefined,
  work: (item: T, signal: AbortSignal) => Promise<R>,
): AsyncGenerator<R> {
  const ended = new AbortController();
  const either = signal === undefined ? ended.signal : AbortSignal.any([signal, ended.signal]);
  const running: Promise<R>[] = [];
  try {
    for (const item of items) {
      const result = work(item, either);
      // It is awaited in its turn, or not at all when an earlier one fails.
      result.catch(() => undefined);
      running.push(result);
      if (running.length >= CONCURRENCY) yield await (running.shift() as Promise<R>);
    }
    for (const result of running) yield await result;
  } finally {
    ended.abort();
  }
}
