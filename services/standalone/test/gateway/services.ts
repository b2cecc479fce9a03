import { once } from 'node:events';
import { createServer, request, type RequestListener } from 'node:http';
import type { AddressInfo } from 'node:net';
import { startServer, type Server } from '@monitor-server/testing';
import { entries } from '../entries.ts';

// The gateway adds headers of its own to heads of up to 16 KiB.
const options = { NODE_OPTIONS: '--max-http-header-size=18432' };

/** Ingest and query, each a process, over one SQLite file. */
export const startServices = async () => {
  const ingest = await startServer({
    entry: entries.ingest,
    env: options,
  });

  /** A further query service, at another address or port. */
  const startQuery = (env: Record<string, string> = {}): Promise<Server> =>
    startServer({
      entry: entries.query,
      env: { ...options, MONITOR_SERVER_DATABASE_URI: `sqlite:///${ingest.database}`, ...env },
    });

  return { ingest, query: await startQuery(), startQuery };
};

export const portOf = ({ base }: { base: string }): number => Number(new URL(base).port);

export interface Service {
  port: number;
  /** Connections it has accepted. */
  connections: () => number;
  close: () => void;
}

const serve = async (keepAlive: number, answer: RequestListener): Promise<Service> => {
  let connections = 0;
  const server = createServer({ keepAliveTimeout: keepAlive, keepAliveTimeoutBuffer: 0 }, answer);
  server.on('connection', () => connections++);
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    port: (server.address() as AddressInfo).port,
    connections: () => connections,
    close: () => {
      server.close();
      server.closeAllConnections();
    },
  };
};

/** Passes requests on to a service, and closes its own connections when they have been idle for so many milliseconds. */
export const openImpatient = (port: number, keepAlive: number): Promise<Service> =>
  serve(keepAlive, (incoming, answer) => {
    const { method, url, headers } = incoming;
    const outgoing = request({ port, host: '127.0.0.1', method, path: url, headers, agent: false });
    outgoing.on('response', (response) => {
      answer.writeHead(response.statusCode ?? 0, { 'content-type': response.headers['content-type'] });
      response.pipe(answer);
    });
    outgoing.on('error', () => answer.destroy());
    incoming.pipe(outgoing);
  });

/** Reads requests, and dies under them. */
export const openDying = (): Promise<Service> =>
  serve(1_000, (incoming) => incoming.on('end', () => incoming.socket.destroy()).resume());
