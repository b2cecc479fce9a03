import { setTimeout as sleep } from 'node:timers/promises';
import type { Options } from '../options.ts';
import { chaos } from './chaos.ts';

/**
 * Redis dies and comes back with what it had synced; meanwhile the spool takes the posts. Every second time the workers
 * died before it, so that there is much in the queue.
 */
export const killRedis = (options: Options): Promise<boolean> =>
  chaos(
    {
      name: 'kill -9 of Redis',
      kinds: ['redis'],
      disrupt: async ({ pipeline: { redis, workers }, round }) => {
        const victims = round % 2 === 0 ? [] : workers;
        await Promise.all(victims.map(({ kill }) => kill()));
        await sleep(1000 * Math.random());
        await redis?.kill();
        await sleep(3000 * Math.random());
        await redis?.start();
        await Promise.all(victims.map(({ start }) => start()));
        return ['killed Redis', ...victims.map(({ name }) => name)].join(', ');
      },
    },
    options,
  );
