import { setTimeout as sleep } from 'node:timers/promises';
import type { Options } from '../options.ts';
import { chaos } from './chaos.ts';

const times = 5;
const longestPause = 500;
const longestDeafness = 100;

/**
 * The network breaks every connection of ingest and workers, several times. Every second time answers are lost for a
 * moment before: nobody knows then what Redis has taken, and what Postgres has committed.
 */
export const resetConnections = (options: Options): Promise<boolean> =>
  chaos(
    {
      name: 'connections reset',
      kinds: ['redis', 'direct'],
      pipeline: { isProxied: true },
      disrupt: async ({ pipeline }) => {
        let count = 0;
        for (let time = 0; time < times; time++) {
          const ended = await pipeline.resetConnections(time % 2 === 0 ? Math.random() * longestDeafness : 0);
          count += ended;
          await sleep(Math.random() * longestPause);
        }
        return `reset ${count} connections`;
      },
    },
    options,
  );
