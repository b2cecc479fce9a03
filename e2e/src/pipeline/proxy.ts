import { connect, createServer, type Socket } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';

/** Stands between clients and a server on this machine. */
export interface Proxy {
  port: number;
  /**
   * Loses all answers of the server for so many milliseconds, and then ends every connection that was there on both
   * sides: what was asked for meanwhile is done, and nobody knows. New connections are taken as before. Resolves with
   * how many there were.
   */
  reset: (deafMilliseconds: number) => Promise<number>;
  close: () => Promise<void>;
}

interface Pair {
  client: Socket;
  upstream: Socket;
}

/** Passes everything on to a port, until it is told to break. */
export const openProxy = async (target: number): Promise<Proxy> => {
  const pairs = new Set<Pair>();
  const server = createServer((client) => {
    const upstream = connect({ port: target, host: '127.0.0.1' });
    const pair = { client, upstream };
    pairs.add(pair);
    const end = (): void => {
      pairs.delete(pair);
      client.destroy();
      upstream.destroy();
    };
    for (const socket of [client, upstream]) {
      socket.setNoDelay(true);
      socket.on('error', end);
      socket.on('close', end);
    }
    client.pipe(upstream).pipe(client);
  });
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject).listen(0, '127.0.0.1', resolve);
  });
  const { port } = server.address() as { port: number };
  const reset = async (deafMilliseconds: number): Promise<number> => {
    const doomed = [...pairs];
    for (const { client, upstream } of doomed) upstream.unpipe(client).resume();
    await sleep(deafMilliseconds);
    for (const { client, upstream } of doomed) {
      client.resetAndDestroy();
      upstream.resetAndDestroy();
    }
    return doomed.length;
  };
  return {
    port,
    reset,
    close: async () => {
      server.close();
      await reset(0);
    },
  };
};
