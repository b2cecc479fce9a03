import { setTimeout as sleep } from 'node:timers/promises';
import type { Options } from '../options.ts';
import { within } from '../patience.ts';
import { spoolFiles } from '../pipeline/settlement.ts';
import { chaos } from './chaos.ts';
import { isKilled, isUnavailableIfDirect } from './excuses.ts';

const ingests = 3;
const drainLimit = 60_000;

/** Ingest dies while its spool is full of work, and fewer of it come back: these have to deliver the files of all. */
export const restartFewer = (options: Options): Promise<boolean> =>
  chaos(
    {
      name: 'ingest restarted with fewer processes',
      kinds: ['redis', 'direct'],
      pipeline: { ingests },
      disrupt: async ({ pipeline: { sink, ingests, spool } }) => {
        await sink.stop();
        await sleep(1000 + 3000 * Math.random());
        await Promise.all(ingests.map(({ kill }) => kill()));
        const files = spoolFiles(spool);
        if (files < ingests.length) throw new Error(`only ${files} of ${ingests.length} had spooled`);
        const [survivor, ...missing] = ingests;
        await survivor?.start();
        await sleep(1000 * Math.random());
        await sink.start();
        const isDrained = await within(drainLimit, () => spoolFiles(spool) === 0);
        await Promise.all(missing.map(({ start }) => start()));
        if (!isDrained) throw new Error(`${spoolFiles(spool)} files of the spool are left after a minute`);
        return `killed ${ingests.length}, started 1, which delivered ${files} files`;
      },
      excusesPost: isKilled,
      excusesRead: isUnavailableIfDirect,
      grace: 5_000,
    },
    options,
  );
