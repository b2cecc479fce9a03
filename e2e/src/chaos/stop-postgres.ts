import { setTimeout as sleep } from 'node:timers/promises';
import type { Options } from '../options.ts';
import { chaos } from './chaos.ts';
import { isUnavailable } from './excuses.ts';

const away = 30_000;

/**
 * Postgres is shut down for half a minute. The backlog passes its limit meanwhile, so that posts are answered late;
 * none may be refused.
 */
export const stopPostgres = (options: Options): Promise<boolean> =>
  chaos(
    {
      name: 'Postgres stopped for 30 s',
      kinds: ['redis', 'direct'],
      pipeline: { env: { MONITOR_SERVER_BACKLOG_LIMIT: '20000' } },
      disrupt: async ({ pipeline: { postgres } }) => {
        await postgres.stop('fast');
        await sleep(away);
        await postgres.start();
        return 'stopped Postgres';
      },
      excusesRead: isUnavailable,
      grace: 5_000,
    },
    options,
  );
