import { open } from 'node:fs/promises';
import { createServer } from 'node:net';
import { join } from 'node:path';

const isFree = (port: number): Promise<boolean> =>
  new Promise((resolve) => {
    const server = createServer();
    server.once('error', () => resolve(false));
    server.listen(port, '127.0.0.1', () => server.close(() => resolve(true)));
  });

/**
 * A port that nobody listens on and that no other server of this run is given, not even while the one that has
 * it is stopped. It is below the ports that systems give to outgoing connections: one of those, to a server that
 * is away, could otherwise end up on this very port.
 */
export const reservePort = async (folder: string): Promise<number> => {
  for (let tries = 0; tries < 1000; tries++) {
    const port = 12_000 + Math.floor(Math.random() * 18_000);
    const mine = await open(join(folder, `port-${port}`), 'wx').catch(() => undefined);
    await mine?.close();
    if (mine !== undefined && (await isFree(port))) return port;
  }
  throw new Error('no free port between 12000 and 30000 on 127.0.0.1');
};
