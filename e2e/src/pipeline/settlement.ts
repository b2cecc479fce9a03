import { readdirSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { get } from '@monitor-server/bench/get';
import { openBullmqQueue } from '@monitor-server/queue/pipeline';
import { parseQueueUri } from '@monitor-server/runtime/config';
import type { Backends } from './backends.ts';

/** What had not arrived in the store when nothing moved any more. */
export interface Rest {
  /** Jobs that wait in Redis or are being stored. */
  queued: number;
  /** Jobs that no worker could read. */
  failed: number;
  /** Files of the spool; the one of a process that has delivered everything goes too, after a while. */
  spooled: number;
  /** How long it took to settle. */
  seconds: number;
}

/** How long nothing has to move: longer when there still is something to wait for. */
const quiet = { done: 3_000, stuck: 60_000 };

export const spoolFiles = (folder: string): number =>
  readdirSync(folder).filter((name) => name.endsWith('.sqlite')).length;

const silent = { info: () => undefined, warn: () => undefined };

const countStored = async (port: number): Promise<number> => {
  const { body } = await get(port, '/api/v1/metrics/count');
  return (JSON.parse(body.toString()) as { count: number }).count;
};

/**
 * Waits until queue and spool are empty and the store, which is asked at `port`, stands still, or until nothing has
 * moved for a minute.
 */
export const awaitRest = async ({ redis, spool }: Backends, port: number): Promise<Rest> => {
  const queue =
    redis &&
    (await openBullmqQueue({ address: parseQueueUri(redis.uri, '/'), log: silent, patienceMs: 5_000 }));
  const begin = performance.now();
  let last = '';
  let lastMove = begin;
  for (;;) {
    const { jobs: queued } = (await queue?.depth()) ?? { jobs: 0 };
    const spooled = spoolFiles(spool);
    const state = JSON.stringify([queued, spooled, await countStored(port)]);
    if (state !== last) lastMove = performance.now();
    last = state;
    const isDone = queued === 0 && spooled === 0;
    if (performance.now() - lastMove >= (isDone ? quiet.done : quiet.stuck)) {
      const failed = (await queue?.failed(1000))?.length ?? 0;
      await queue?.close();
      return { queued, failed, spooled, seconds: (lastMove - begin) / 1000 };
    }
    await sleep(200);
  }
};

/** What must be 0 of it in a tally. */
export const restFigures = ({ queued, failed, spooled }: Rest): Record<string, number> => ({
  'jobs left in the queue': queued,
  'jobs that no worker could read': failed,
  'files left in the spool': spooled,
});
