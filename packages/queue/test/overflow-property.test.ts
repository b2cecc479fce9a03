import { setTimeout as sleep } from 'node:timers/promises';
import type { Batch } from '@monitor-server/contract';
import fc from 'fast-check';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { createOverflowQueue, openSpool, QueueError } from '../src/pipeline.ts';
import { createMoodyQueue, createMoodySpool, moods, type Mood, type MoodySpool } from './overflow-world.ts';
import { batches, idsOf } from './spool-batches.ts';
import { createFolders, createLog } from './spool-world.ts';

const newFolder = createFolders();
const log = createLog();
let spool: MoodySpool | undefined;

beforeAll(async () => {
  spool = createMoodySpool(await openSpool({ folder: newFolder(), log }));
});
afterAll(() => spool?.close());

type Step =
  | { do: 'accept'; length: number; wait: boolean }
  | { do: 'mood'; mood: Mood }
  | { do: 'spool'; fails: boolean }
  | { do: 'sleep'; ms: number };

const step: fc.Arbitrary<Step> = fc.oneof(
  {
    weight: 4,
    arbitrary: fc.record({
      do: fc.constant('accept'),
      length: fc.integer({ min: 1, max: 12 }),
      wait: fc.boolean(),
    }),
  },
  { weight: 3, arbitrary: fc.record({ do: fc.constant('mood'), mood: fc.constantFrom(...moods) }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('spool'), fails: fc.boolean() }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('sleep'), ms: fc.integer({ min: 0, max: 12 }) }) },
);

test('an overflow queue loses nothing that it accepted and keeps nothing that it refused, whatever its primary does', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(step, { maxLength: 14 }), async (steps) => {
      const primary = createMoodyQueue();
      const queue = createOverflowQueue({ primary, spool: spool!, patienceMs: 4, log });
      const accepted: Batch[] = [];
      const refused: Batch[] = [];
      const accepting: Promise<unknown>[] = [];
      let spoolFailed = false;

      async function accept(batch: Batch): Promise<void> {
        try {
          await queue.accept(batch);
          accepted.push(batch);
        } catch (error) {
          // It may refuse where both fail, and only there.
          if (!spoolFailed || !(error instanceof QueueError)) throw error;
          if (!error.isUnsure) refused.push(batch);
        }
      }

      for (const step of steps) {
        if (step.do === 'mood') primary.be(step.mood);
        else if (step.do === 'sleep') await sleep(step.ms);
        else if (step.do === 'spool') {
          spoolFailed ||= step.fails;
          if (step.fails) spool!.fail('before', 'full');
          else spool!.mend();
        } else {
          const group = Promise.all(batches(step.length, 1).map(accept));
          accepting.push(group);
          if (step.wait) await group;
        }
      }
      await Promise.all(accepting);
      primary.be('take');
      spool!.mend();
      await queue.idle();
      await queue.close();
      expect(idsOf(primary.taken)).toEqual(expect.arrayContaining(idsOf(accepted)));
      expect(primary.taken).toEqual(expect.arrayContaining(accepted));
      const taken = new Set(idsOf(primary.taken));
      expect(idsOf(refused).filter((id) => taken.has(id))).toEqual([]);
      expect(await spool!.depth()).toMatchObject({ batches: 0 });
    }),
    { numRuns: 40 },
  );
});
