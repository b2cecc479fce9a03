import { setTimeout as sleep } from 'node:timers/promises';
import type { Options } from '../options.ts';
import { chaos } from './chaos.ts';
import { isUnavailable } from './excuses.ts';

const frozen = 10_000;

/** Postgres keeps its connections and answers nothing: no post may hang on it. */
export const freezePostgres = (options: Options): Promise<boolean> =>
  chaos(
    {
      name: 'Postgres frozen for 10 s',
      kinds: ['redis', 'direct'],
      disrupt: async ({ pipeline: { postgres } }) => {
        await postgres.freeze();
        await sleep(frozen);
        await postgres.thaw();
        return 'froze Postgres';
      },
      excusesRead: isUnavailable,
      grace: 5_000,
    },
    options,
  );
