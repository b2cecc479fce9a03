import { readFileSync } from 'node:fs';
import { Redis as Client } from 'ioredis';
import { certificate } from '../servers/certificate.ts';

/** What `use` gives, on a connection of its own that is closed behind it. */
export const withClient = async <T>(uri: string, use: (client: Client) => Promise<T>): Promise<T> => {
  const client = new Client(uri, {
    lazyConnect: true,
    retryStrategy: null,
    ...(uri.startsWith('rediss:') && { tls: { ca: readFileSync(certificate) } }),
  });
  // A connection that breaks fails the command that runs on it; the event says nothing more.
  client.on('error', () => undefined);
  try {
    await client.connect();
    return await use(client);
  } finally {
    client.disconnect();
  }
};

/** Whether the server takes commands: it is there and has loaded its data. */
export const isReady = (uri: string): Promise<boolean> =>
  withClient(uri, (client) => client.ping()).then(
    () => true,
    () => false,
  );
