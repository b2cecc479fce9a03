import { once } from 'node:events';
import { connect, createServer, type AddressInfo, type Socket } from 'node:net';

/** Stands between a client and a server, and can cut them off. */
export interface Proxy {
  readonly port: number;
  /** From now on connections break: before what the client sends has passed, or when the server answers it. */
  cut(when: 'before' | 'after'): void;
  mend(): void;
  close(): Promise<void>;
}

export async function openProxy(port: number): Promise<Proxy> {
  const sockets = new Set<Socket>();
  let broken: 'before' | 'after' | undefined;

  const server = createServer((client) => {
    if (broken) {
      client.destroy();
      return;
    }
    const upstream = connect(port, '127.0.0.1');
    const end = (): void => {
      client.destroy();
      upstream.destroy();
    };
    for (const socket of [client, upstream]) {
      sockets.add(socket);
      socket.on('error', end);
      socket.on('close', () => {
        end();
        sockets.delete(socket);
      });
    }
    client.on('data', (data) => (broken === 'before' ? end() : upstream.write(data)));
    upstream.on('data', (data) => (broken ? end() : client.write(data)));
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');

  return {
    port: (server.address() as AddressInfo).port,
    cut(when) {
      broken = when;
    },
    mend() {
      broken = undefined;
    },
    async close() {
      server.close();
      for (const socket of sockets) socket.destroy();
      await once(server, 'close');
    },
  };
}
