import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { createServer, type AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Redis } from '@monitor-server/testing';
import { Redis as Client } from 'ioredis';

export interface Sentinel {
  readonly port: number;
  /** How many replicas it knows: none of the others can be made the master. */
  replicas(): Promise<number>;
  close(): Promise<void>;
}

/** The program that a server of these tests runs; `undefined` where it runs on another machine or in a container. */
export async function programOf(redis: Redis): Promise<string | undefined> {
  const info = String(await redis.cli('INFO', 'server'));
  const program = /^executable:(.*)$/m.exec(info)?.[1]?.trim();
  return program !== undefined && existsSync(program) ? program : undefined;
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  server.close();
  await once(server, 'close');
  return port;
}

// Ends the sentinel when this process ends, however it does: its standard input is closed then.
const WATCHED = '"$0" "$1" --sentinel & sentinel=$!; cat > /dev/null; kill -9 $sentinel';

/** A sentinel that watches a server, and decides alone that it is gone after half a second. */
export async function startSentinel(program: string, master: Redis, password: string): Promise<Sentinel> {
  const folder = await mkdtemp(join(tmpdir(), 'sentinel-'));
  const port = await freePort();
  const config = join(folder, 'sentinel.conf');
  const lines = [
    `port ${port}`,
    'bind 127.0.0.1',
    `dir ${folder}`,
    `requirepass ${password}`,
    `sentinel monitor main 127.0.0.1 ${master.port} 1`,
    'sentinel down-after-milliseconds main 500',
    'sentinel failover-timeout main 2000',
  ];
  await writeFile(config, `${lines.join('\n')}\n`);
  const child = spawn('sh', ['-c', WATCHED, program, config], { stdio: ['pipe', 'ignore', 'inherit'] });
  const client = new Client({ port, password, retryStrategy: () => 20 });
  client.on('error', () => undefined);
  return {
    port,
    replicas: async () => ((await client.call('SENTINEL', 'REPLICAS', 'main')) as unknown[]).length,
    async close() {
      client.disconnect();
      child.stdin.end();
      await once(child, 'exit');
      await rm(folder, { recursive: true, force: true });
    },
  };
}
