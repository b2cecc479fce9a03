import type { Queue } from 'bullmq';
import type { Client } from './connection.ts';

/** What waits in the queue or is being stored. */
export interface Depth {
  /** One job is one batch. */
  jobs: number;
  /** About how many records these are: the mean of a few that are picked at random, times the jobs. */
  records: number;
  /** How long ago the oldest of them was accepted; 0 where there is none. */
  oldestMs: number;
}

/** How many jobs are looked at each time. */
const SAMPLE = 8;

/** When a batch was made: its id begins with the time, in milliseconds. */
function madeAt(id: string): number {
  return Number.parseInt(id.replace('-', '').slice(0, 12), 16);
}

/**
 * Tells the depth of a queue whose jobs are named after how many records they hold. Each time costs two short
 * exchanges with Redis, however much waits.
 */
export function createDepth(client: Client, queue: Pick<Queue, 'toKey'>): () => Promise<Depth> {
  const [wait, active] = [queue.toKey('wait'), queue.toKey('active')];
  let lastLength = 0;
  let meanRecords = 1;

  async function ask(commands: [name: string, ...args: (string | number)[]][]): Promise<unknown[]> {
    const replies = (await client.pipeline(commands).exec()) ?? [];
    return replies.map(([error, reply]) => {
      if (error) throw error;
      return reply;
    });
  }

  return async () => {
    const picks = Array.from({ length: SAMPLE }, () =>
      Math.floor(Math.random() * Math.max(lastLength, SAMPLE)),
    );
    const [waiting, running, oldestWaiting, oldestRunning, ...picked] = await ask([
      ['llen', wait],
      ['llen', active],
      ['lindex', wait, -1],
      ['lindex', active, -1],
      ...picks.map((at): [string, string, number] => ['lindex', wait, at]),
    ]);
    lastLength = waiting as number;
    const oldest = [oldestWaiting, oldestRunning].filter((id) => typeof id === 'string');
    const found = picked.filter((id) => typeof id === 'string');
    const sample = found.length > 0 ? found : oldest;
    const names = await ask(sample.map((id) => ['hget', queue.toKey(id), 'name']));
    const sizes = names.map(Number).filter((size) => size > 0);
    if (sizes.length > 0) meanRecords = sizes.reduce((sum, size) => sum + size, 0) / sizes.length;
    const jobs = lastLength + (running as number);
    const times = oldest.map(madeAt).filter((time) => !Number.isNaN(time));
    return {
      jobs,
      records: Math.round(jobs * meanRecords),
      oldestMs: times.length > 0 ? Math.max(0, Date.now() - Math.min(...times)) : 0,
    };
  };
}
