import { setTimeout as sleep } from 'node:timers/promises';

/** Asks again and again, for so many milliseconds at most, until the answer is yes. */
export const within = async (limit: number, ask: () => boolean | Promise<boolean>): Promise<boolean> => {
  const end = performance.now() + limit;
  do {
    if (await ask()) return true;
    await sleep(20);
  } while (performance.now() < end);
  return false;
};
