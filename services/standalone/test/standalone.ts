import {
  createClient,
  startServer,
  type Client,
  type Server,
  type ServerOptions,
} from '@monitor-server/testing';
import { afterAll, expect } from 'vitest';

export type Standalone = { server: Server; api: Client };

/** A server of this file's own, empty, that ends with the file, and well. */
export const standalone = async (options: Omit<ServerOptions, 'entry'> = {}): Promise<Standalone> => {
  const server = await startServer({ entry: new URL('../src/main.ts', import.meta.url), ...options });
  const api = createClient(server.base);
  afterAll(async () => {
    api.close();
    const code = await server.stop();
    expect({ code, output: server.output() }).toMatchObject({ code: 0 });
  });
  return { server, api };
};
