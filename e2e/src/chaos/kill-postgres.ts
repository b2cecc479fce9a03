import { setTimeout as sleep } from 'node:timers/promises';
import type { Options } from '../options.ts';
import { chaos } from './chaos.ts';
import { isUnavailable } from './excuses.ts';

/** All processes of Postgres die, whatever they are at, and it recovers from its log. */
export const killPostgres = (options: Options): Promise<boolean> =>
  chaos(
    {
      name: 'kill -9 of Postgres',
      kinds: ['redis', 'direct'],
      disrupt: async ({ pipeline: { postgres } }) => {
        await postgres.kill();
        await sleep(3000 * Math.random());
        await postgres.start();
        return 'killed Postgres';
      },
      excusesRead: isUnavailable,
      grace: 5_000,
    },
    options,
  );
