import { createClient, metric, startServer } from '@monitor-server/testing';
import { afterAll } from 'vitest';
import { entries } from '../entries.ts';

/** A server that is to bear what hostile clients do. It ends with the file. */
export async function openVictim(env: Record<string, string> = {}) {
  const server = await startServer({ entry: entries.standalone, env });
  const client = createClient(server.base);
  afterAll(async () => {
    client.close();
    await server.stop();
  });
  return {
    server,
    client,
    count: async (): Promise<number> => (await client.get('/metrics/count')).json.count,
    /** Whether a post goes through, as it has to whatever else happens. */
    isFine: async (): Promise<boolean> => (await client.post('/metrics/', metric())).status === 201,
  };
}
