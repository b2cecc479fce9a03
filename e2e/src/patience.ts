import { createServer } from 'node:net';
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

/** Whether a server could listen on the port now. */
export const isFree = (port: number): Promise<boolean> =>
  new Promise((resolve) => {
    const probe = createServer();
    probe.once('error', () => resolve(false));
    probe.listen(port, '0.0.0.0', () => probe.close(() => resolve(true)));
  });
