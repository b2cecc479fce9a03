import type { Batch } from '@monitor-server/contract';
import { QueueError, type Queue, type Spool } from '../src/pipeline.ts';

/**
 * What a queue does with a batch: takes it; refuses it; takes it and loses the answer; hangs, and takes it when it
 * does something else again; hangs, and never answers.
 */
export const moods = ['take', 'refuse', 'lose', 'hang', 'vanish'] as const;
export type Mood = (typeof moods)[number];

/** A queue in memory that does what it is told, and notes what it took. */
export interface MoodyQueue extends Queue {
  /** What it took, each batch once, in order. */
  readonly taken: Batch[];
  /** The ids of all that it was offered. */
  readonly offered: string[];
  /** How many it was offered at a time, at most, and has not answered. */
  readonly most: number;
  be(mood: Mood, reason?: QueueError['reason']): void;
}

export function createMoodyQueue(refused: (batch: Batch) => boolean = () => false): MoodyQueue {
  const taken = new Map<string, Batch>();
  const offered: string[] = [];
  let mood: Mood = 'take';
  let reason: QueueError['reason'] = 'broken';
  /** Resolves when it does not hang, or no longer. */
  let changed = Promise.withResolvers<void>();
  changed.resolve();
  let open = 0;
  let most = 0;

  async function accept(batch: Batch): Promise<void> {
    offered.push(batch.id);
    if (refused(batch)) throw new QueueError('broken', 'not this one');
    if (mood === 'refuse') throw new QueueError(reason, 'it is away');
    if (mood === 'vanish') await new Promise(() => undefined);
    await changed.promise;
    if (!taken.has(batch.id)) taken.set(batch.id, batch);
    if (mood === 'lose') throw new QueueError(reason, 'the answer was lost', { isUnsure: true });
  }

  return {
    offered,
    get taken() {
      return [...taken.values()];
    },
    get most() {
      return most;
    },
    be(next, why = 'broken') {
      mood = next;
      reason = why;
      changed.resolve();
      if (mood === 'hang') changed = Promise.withResolvers();
    },
    async accept(batch) {
      most = Math.max(most, ++open);
      await accept(batch).finally(() => open--);
    },
    close: () => Promise.resolve(),
  };
}

/** A spool that can be told to fail, before it keeps a batch or after. */
export interface MoodySpool extends Spool {
  fail(when: 'before' | 'after', reason: QueueError['reason']): void;
  mend(): void;
}

export function createMoodySpool(spool: Spool): MoodySpool {
  let failure: { when: 'before' | 'after'; reason: QueueError['reason'] } | undefined;
  return {
    ...spool,
    async append(batch) {
      const failing = failure;
      if (failing?.when !== 'before') await spool.append(batch);
      if (failing !== undefined) throw new QueueError(failing.reason, 'the disk is away');
    },
    fail(when, reason) {
      failure = { when, reason };
    },
    mend() {
      failure = undefined;
    },
  };
}
