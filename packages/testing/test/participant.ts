/** A process that uses the servers of a run: it says what it was given, and stays until it is ended. */
import { Client } from 'pg';
import { openPostgres, openRedis, startPostgres, startRedis } from '../src/index.ts';

const prepare = {
  name: 'prepared-by',
  run: async (uri: string) => {
    const client = new Client({ connectionString: uri });
    await client.connect();
    await client.query(`CREATE TABLE prepared AS SELECT ${process.pid} AS by`);
    await client.end();
  },
};

const { uri: postgres } = await openPostgres({ prepare });
const { uri: redis } = await openRedis();
const own = process.argv[2] === 'own' ? [(await startPostgres()).uri(), (await startRedis()).uri] : [];
const client = new Client({ connectionString: postgres });
await client.connect();
const { rows } = await client.query<{ by: number }>('SELECT by FROM prepared');
await client.end();
process.stdout.write(`${JSON.stringify({ postgres, redis, own, prepared: rows.map((row) => row.by) })}\n`);
setInterval(() => undefined, 60_000);
