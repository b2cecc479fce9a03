import { setImmediate } from 'node:timers/promises';

/** Gathers items into groups, so that many share one commit. */
export interface GroupCommit<T> {
  /** Resolves when the group that took the item is flushed; rejects when that flush did. */
  add(item: T): Promise<void>;
  /** Resolves when nothing waits any more. */
  idle(): Promise<void>;
}

/**
 * How many turns of the event loop a flush waits for requests that have arrived but were not read yet: accepting,
 * reading and parsing one on a new connection takes about so many. They take no time where nothing has arrived, and
 * make groups larger, hence cheaper per item, exactly when the processor is the limit.
 */
const TURNS = 16;

interface Waiting<T> {
  item: T;
  resolve: () => void;
  reject: (error: unknown) => void;
}

/**
 * While one flush is in flight, everything that arrives joins the next, in order, until their weights reach `limit`; an
 * item weighs 1 unless told. There is no timer: a lone item is flushed at once and pays no delay, and under load
 * the groups grow by themselves.
 */
export function createGroupCommit<T>(
  limit: number,
  flush: (items: T[]) => Promise<void>,
  weigh: (item: T) => number = () => 1,
): GroupCommit<T> {
  const waiting: Waiting<T>[] = [];
  let running: Promise<void> | undefined;

  /** How many of those that wait make up the next group: one at least. */
  function groupSize(): number {
    let weight = 0;
    const end = waiting.findIndex(({ item }) => (weight += weigh(item)) > limit);
    return end < 0 ? waiting.length : Math.max(1, end);
  }

  async function run(): Promise<void> {
    while (waiting.length > 0) {
      for (let turn = 0; turn < TURNS; turn++) await setImmediate();
      const group = waiting.splice(0, groupSize());
      try {
        await flush(group.map(({ item }) => item));
        for (const { resolve } of group) resolve();
      } catch (error) {
        for (const { reject } of group) reject(error);
      }
    }
    running = undefined;
  }

  return {
    add(item) {
      return new Promise((resolve, reject) => {
        waiting.push({ item, resolve, reject });
        running ??= run();
      });
    },
    async idle() {
      await running;
    },
  };
}
