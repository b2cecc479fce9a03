import type { Options } from '../options.ts';
import { chaos } from './chaos.ts';
import { isKilled } from './excuses.ts';

/** One of two ingest services dies and is started again, on the same port and over the same spool. */
export const killIngest = (options: Options): Promise<boolean> =>
  chaos(
    {
      name: 'kill -9 of ingest',
      kinds: ['redis', 'direct'],
      pipeline: { ingests: 2 },
      disrupt: async ({ pipeline: { ingests }, round }) => {
        const victim = ingests[round % ingests.length];
        await victim?.kill();
        await victim?.start();
        return `killed ${victim?.name}`;
      },
      excusesPost: isKilled,
    },
    options,
  );
