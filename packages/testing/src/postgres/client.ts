import { Client } from 'pg';

/** What `use` gives, on a connection of its own that is closed behind it. */
export const withClient = async <T>(uri: string, use: (client: Client) => Promise<T>): Promise<T> => {
  const client = new Client({ connectionString: uri });
  // A connection that breaks fails the query that runs on it; the event says nothing more.
  client.on('error', () => undefined);
  await client.connect();
  try {
    return await use(client);
  } finally {
    await client.end();
  }
};
