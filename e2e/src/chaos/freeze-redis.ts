import { setTimeout as sleep } from 'node:timers/promises';
import type { Options } from '../options.ts';
import { chaos } from './chaos.ts';

const frozen = 10_000;

/** Redis keeps its connections and answers nothing: no post may hang on it. */
export const freezeRedis = (options: Options): Promise<boolean> =>
  chaos(
    {
      name: 'Redis frozen for 10 s',
      kinds: ['redis'],
      disrupt: async ({ pipeline: { redis } }) => {
        await redis?.freeze();
        await sleep(frozen);
        await redis?.thaw();
        return 'froze Redis';
      },
    },
    options,
  );
