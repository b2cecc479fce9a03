import type { Options } from '../options.ts';
import { chaos } from './chaos.ts';
import { isKilled } from './excuses.ts';

const limit = 10_000;

/** Every service is told to end, and started again, one after the other, as an upgrade does it. */
export const restartAll = (options: Options): Promise<boolean> =>
  chaos(
    {
      name: 'SIGTERM of one service after another',
      kinds: ['redis', 'direct'],
      pipeline: { ingests: 2 },
      disrupt: async ({ pipeline: { ingests, workers, query }, round }) => {
        const services = [...ingests, ...workers, query];
        const one = services[round % services.length] ?? query;
        const { code, milliseconds } = await one.stop();
        await one.start();
        const what = `${one.name} ended with ${code ?? 'a signal'} after ${Math.round(milliseconds)} ms`;
        if (code !== 0 || milliseconds > limit) throw new Error(what);
        return what;
      },
      excusesPost: isKilled,
      excusesRead: isKilled,
    },
    options,
  );
