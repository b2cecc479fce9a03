import { setImmediate } from 'node:timers/promises';
import type { Batch } from '@monitor-server/contract';
import { openClient } from './client.ts';
import type { Log } from './log.ts';

/** What waits in a spool. */
export interface SpoolDepth {
  readonly batches: number;
  readonly records: number;
  /** On the disk, compressed. */
  readonly bytes: number;
  /** How long the oldest batch has waited. */
  readonly oldestMs: number;
}

export interface SpoolOptions {
  /** Made where it is missing. Several processes may share it, also of several hosts or containers. */
  folder: string;
  log: Log;
  /** Bytes that the file of this process may take; past that the spool counts as full. Unlimited unless given. */
  sizeLimit?: number;
  /** How often to look for files whose process is gone. */
  sweepMs?: number;
}

/**
 * A buffer of batches on the local disk. Files of processes that are gone are taken over, at the start and every few
 * seconds, so that what one process accepted is delivered by any other.
 */
export interface Spool {
  /**
   * Resolves when the batch is synced to the disk. Rejects with a QueueError, `full` where the disk has no room, and has
   * kept nothing then. A batch that is there already is kept once.
   */
  append(batch: Batch): Promise<void>;
  /** The oldest batches, `limit` at most, and fewer where they are large; none when nothing waits. They stay. */
  oldest(limit: number): Promise<Batch[]>;
  /** Takes batches out; a file that is empty then is deleted. They may come back if the process is killed right then. */
  remove(ids: readonly string[]): Promise<void>;
  depth(): Promise<SpoolDepth>;
  /** Resolves where a batch could be kept now. Rejects with a QueueError where it could not. */
  check(): Promise<void>;
  /** Finishes what it was given. What waits stays on the disk for the next process. */
  close(): Promise<void>;
}

const SWEEP_MS = 10_000;

/**
 * Opens a spool in a thread of its own, so that no disk ever holds up a loop that accepts requests. A thread that
 * ends by itself is replaced, and what it had not answered is done again. Rejects with a QueueError where the folder
 * cannot be used; a full disk is no reason.
 */
export async function openSpool({
  folder,
  log,
  sizeLimit,
  sweepMs = SWEEP_MS,
}: SpoolOptions): Promise<Spool> {
  const thread = await openClient({ folder, sizeLimit, sweepMs }, log);
  return {
    async append(batch) {
      const json = JSON.stringify(batch);
      await thread.call({ call: 'append', id: batch.id, records: batch.records.length, json });
    },
    async oldest(limit) {
      return parseInTurns((await thread.call({ call: 'oldest', limit })) as string[]);
    },
    async remove(ids) {
      await thread.call({ call: 'remove', ids });
    },
    depth: async () => (await thread.call({ call: 'depth' })) as SpoolDepth,
    async check() {
      await thread.call({ call: 'check' });
    },
    close: thread.close,
  };
}

/** So much JSON is parsed at a time. Requests come first. */
const TURN_LENGTH = 64 * 1024;

async function parseInTurns(texts: readonly string[]): Promise<Batch[]> {
  const batches: Batch[] = [];
  let length = 0;
  for (const text of texts) {
    batches.push(JSON.parse(text) as Batch);
    length += text.length;
    if (length < TURN_LENGTH) continue;
    length = 0;
    await setImmediate();
  }
  return batches;
}
