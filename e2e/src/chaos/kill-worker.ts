import type { Options } from '../options.ts';
import { chaos } from './chaos.ts';

/** One of two workers dies, every third time both; the other, or the next one, takes their batches over. */
export const killWorker = (options: Options): Promise<boolean> =>
  chaos(
    {
      name: 'kill -9 of a worker',
      kinds: ['redis'],
      disrupt: async ({ pipeline: { workers }, round }) => {
        const victims = round % 3 === 2 ? workers : workers.slice(round % 3, (round % 3) + 1);
        await Promise.all(victims.map(({ kill }) => kill()));
        await Promise.all(victims.map(({ start }) => start()));
        return `killed ${victims.map(({ name }) => name).join(' and ')}`;
      },
    },
    options,
  );
