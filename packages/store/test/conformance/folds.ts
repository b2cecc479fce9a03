import type { Batch } from '@monitor-server/contract';
import { describe, expect, test } from 'vitest';
import { everything } from './battery.ts';
import { take } from './model.ts';
import { faultsOf } from './reading.ts';
import { batchOf } from './records.ts';
import { useSubject, type OpenStore } from './store.ts';
import { createWorld } from './world.ts';

/**
 * A store may take metrics into its counts and orders many at a time, 1,024 in the SQLite adapter once 2,048 wait, and
 * read whole lists differently once they are long; none of that may be seen.
 */
export function describeFolds(open: OpenStore): void {
  describe('what is read does not depend on how much was written before', () => {
    const subject = useSubject(open);
    const world = createWorld(7);

    async function put(length: number, batchSize = 500): Promise<void> {
      const records = world.metrics(length);
      const batches: Batch[] = [];
      for (let at = 0; at < length; at += batchSize) batches.push(batchOf(records.slice(at, at + batchSize)));
      await subject.store.writer.write(batches);
      take(subject.model, records);
    }

    test('nothing, and the posts of sessions and contexts alone', async () => {
      expect(await faultsOf(subject, everything())).toEqual([]);
      await subject.put(...world.posts());
      expect(await faultsOf(subject, everything())).toEqual([]);
    });

    test('2,047 metrics, 2,048 and 2,049', async () => {
      await put(2_047);
      expect(await faultsOf(subject, everything())).toEqual([]);
      await put(1);
      expect(await faultsOf(subject, everything())).toEqual([]);
      await put(1);
      expect(await faultsOf(subject, everything())).toEqual([]);
    });

    test('after a restart with few metrics to catch up on, and with many', async () => {
      await put(150, 1);
      await subject.store.reopen();
      expect(await faultsOf(subject, everything())).toEqual([]);
      await put(2_500);
      await subject.store.reopen();
      await put(100, 7);
      expect(await faultsOf(subject, everything())).toEqual([]);
    });

    test('6,300 metrics, and a few more', async () => {
      await put(1_500);
      expect(await faultsOf(subject, everything())).toEqual([]);
      await put(60);
      expect(await faultsOf(subject, everything())).toEqual([]);
    });
  });

  describe('what is read does not depend on when sessions are posted', () => {
    const subject = useSubject(open);
    const world = createWorld(11);

    test('before, between and after their metrics', async () => {
      const posts = world.posts();
      await subject.put(...posts.slice(0, 15), ...world.metrics(300));
      await subject.put(...world.metrics(2_000), ...posts.slice(15, 30));
      expect(await faultsOf(subject, everything())).toEqual([]);
      await subject.put(...posts.slice(30));
      expect(await faultsOf(subject, everything())).toEqual([]);
      await subject.store.reopen();
      await subject.put(...world.metrics(10), ...posts);
      expect(await faultsOf(subject, everything())).toEqual([]);
    });
  });
}
