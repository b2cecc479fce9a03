import { setTimeout as sleep } from 'node:timers/promises';
import fc from 'fast-check';
import { describe, expect, test, vi } from 'vitest';
import { createGroupCommit } from '../src/index.ts';

interface Trace {
  groups: number[][];
  most: number;
}

/** A flush that notes what it got and takes a while; it fails for groups that hold a number of `bad`. */
function createFlush(bad: ReadonlySet<number> = new Set()) {
  const trace: Trace = { groups: [], most: 0 };
  let running = 0;
  const flush = async (items: number[]): Promise<void> => {
    trace.groups.push(items);
    trace.most = Math.max(trace.most, ++running);
    await sleep(items.length % 3 === 0 ? 0 : 1);
    running--;
    if (items.some((item) => bad.has(item))) throw new Error(`refused ${items.join()}`);
  };
  return { trace, flush };
}

/** A promise that is settled from outside. */
function createGate(): { opened: Promise<void>; open: () => void } {
  const { promise, resolve } = Promise.withResolvers<void>();
  return { opened: promise, open: resolve };
}

describe('a group commit', () => {
  test('flushes every item once and in order, one group at a time, each within the limit', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.integer({ min: 1, max: 8 }),
        fc.array(fc.nat(12), { maxLength: 12 }),
        async (limit, bursts) => {
          const { trace, flush } = createFlush();
          const group = createGroupCommit(limit, flush);
          const added: Promise<void>[] = [];
          for (const [at, burst] of bursts.entries()) {
            for (let item = 0; item < burst; item++) added.push(group.add(added.length));
            if (at % 2 === 0) await sleep(0);
          }
          await Promise.all(added);
          expect(trace.groups.flat()).toEqual(added.map((_, at) => at));
          expect(trace.most).toBeLessThanOrEqual(1);
          expect(Math.max(0, ...trace.groups.map(({ length }) => length))).toBeLessThanOrEqual(limit);
          expect(trace.groups.every(({ length }) => length > 0)).toBe(true);
        },
      ),
      { numRuns: 60 },
    );
  });

  test('makes groups whose weights stay within the limit, a heavier item alone', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.integer({ min: 0, max: 30 }), { minLength: 1, maxLength: 40 }),
        async (weights) => {
          const { trace, flush } = createFlush();
          const group = createGroupCommit(20, flush, (at: number) => weights[at] ?? 0);
          await Promise.all(weights.map((_, at) => group.add(at)));
          expect(trace.groups.flat()).toEqual(weights.map((_, at) => at));
          for (const items of trace.groups) {
            const weight = items.reduce((sum, at) => sum + (weights[at] ?? 0), 0);
            expect(weight <= 20 || items.length === 1).toBe(true);
          }
        },
      ),
      { numRuns: 60 },
    );
  });

  test('rejects the items of a group that failed, and no others', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.integer({ min: 1, max: 5 }),
        fc.integer({ min: 1, max: 40 }),
        fc.array(fc.nat(40), { maxLength: 6 }),
        async (limit, length, bad) => {
          const refused = new Set(bad);
          const { trace, flush } = createFlush(refused);
          const group = createGroupCommit(limit, flush);
          const added = Array.from({ length }, (_, item) => group.add(item));
          const results = await Promise.allSettled(added);
          const lost = new Set(
            trace.groups.filter((items) => items.some((item) => refused.has(item))).flat(),
          );
          expect(results.map(({ status }) => status === 'rejected')).toEqual(
            added.map((_, at) => lost.has(at)),
          );
          expect(trace.groups.flat()).toEqual(added.map((_, at) => at));
        },
      ),
      { numRuns: 60 },
    );
  });

  test('flushes a lone item at once: no timer holds it back', async () => {
    vi.useFakeTimers({ toFake: ['setTimeout', 'setInterval'] });
    try {
      const groups: number[][] = [];
      const group = createGroupCommit<number>(500, async (items) => void groups.push(items));
      await group.add(1);
      await group.add(2);
      expect(groups).toEqual([[1], [2]]);
    } finally {
      vi.useRealTimers();
    }
  });

  test('gathers what comes while a flush is under way', async () => {
    const gate = createGate();
    const started = createGate();
    const groups: number[][] = [];
    const group = createGroupCommit<number>(500, async (items) => {
      groups.push(items);
      started.open();
      await gate.opened;
    });
    const added = [group.add(0)];
    await started.opened;
    added.push(group.add(1), group.add(2));
    await sleep(5);
    added.push(group.add(3));
    expect(groups).toEqual([[0]]);
    gate.open();
    await Promise.all(added);
    expect(groups).toEqual([[0], [1, 2, 3]]);
  });

  test('resolves an item when its own group is flushed, not when a later one is', async () => {
    const gates = [createGate(), createGate()];
    const group = createGroupCommit<number>(1, (items) => gates[items[0] ?? 0]?.opened ?? Promise.resolve());
    const settled: number[] = [];
    const added = [0, 1].map(async (item) => {
      await group.add(item);
      settled.push(item);
    });
    gates[0]?.open();
    await added[0];
    expect(settled).toEqual([0]);
    gates[1]?.open();
    await Promise.all(added);
    expect(settled).toEqual([0, 1]);
  });

  test('takes items while it answers those of the group before', async () => {
    const { trace, flush } = createFlush();
    const group = createGroupCommit(2, flush);
    const chain = async (item: number): Promise<void> => {
      await group.add(item);
      if (item < 20) await chain(item + 10);
    };
    await Promise.all([chain(1), chain(2), chain(3)]);
    expect(trace.groups.flat().toSorted((a, b) => a - b)).toEqual([1, 2, 3, 11, 12, 13, 21, 22, 23]);
    expect(trace.most).toBe(1);
  });

  test('survives a flush that throws before it returns a promise', async () => {
    let calls = 0;
    const group = createGroupCommit<number>(5, () => {
      if (calls++ === 0) throw new Error('at once');
      return Promise.resolve();
    });
    await expect(group.add(1)).rejects.toThrow('at once');
    await group.add(2);
    expect(calls).toBe(2);
  });

  test('is idle when nothing waits any more, also where groups failed', async () => {
    const { trace, flush } = createFlush(new Set([2]));
    const group = createGroupCommit(1, flush);
    await group.idle();
    const added = Promise.allSettled([1, 2, 3].map((item) => group.add(item)));
    await group.idle();
    expect(trace.groups).toEqual([[1], [2], [3]]);
    await added;
  });
});
