import type { Options } from '../options.ts';
import { chaos } from './chaos.ts';
import { isKilled } from './excuses.ts';

/** The query service dies: its reads fail until it is there again, and nothing else does. */
export const killQuery = (options: Options): Promise<boolean> =>
  chaos(
    {
      name: 'kill -9 of query',
      kinds: ['redis', 'direct'],
      disrupt: async ({ pipeline: { query } }) => {
        await query.kill();
        await query.start();
        return 'killed query';
      },
      excusesRead: isKilled,
    },
    options,
  );
