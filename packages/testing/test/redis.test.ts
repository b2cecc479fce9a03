import { readFile } from 'node:fs/promises';
import { setTimeout as sleep } from 'node:timers/promises';
import { Redis as Client } from 'ioredis';
import { afterEach, describe, expect, test } from 'vitest';
import { certificate, openRedis, startRedis } from '../src/index.ts';

const opened: { close: () => Promise<void> }[] = [];
afterEach(async () => {
  for (const one of opened.splice(0).reverse()) await one.close();
});
const keep = <T extends { close: () => Promise<void> }>(one: T): T => {
  opened.push(one);
  return one;
};

const ask = async (uri: string, command: string, ...args: string[]): Promise<unknown> => {
  const client = new Client(uri);
  try {
    return await client.call(command, ...args);
  } finally {
    client.disconnect();
  }
};

describe('a database of the shared server', () => {
  test('is empty, nobody else sees it, and it is empty again when its number is given back', async () => {
    const [one, other] = await Promise.all([openRedis(), openRedis()]);
    keep(other);
    await ask(one.uri, 'SET', 'mine', '1');
    expect(await ask(one.uri, 'KEYS', '*')).toEqual(['mine']);
    expect(await ask(other.uri, 'KEYS', '*')).toEqual([]);
    await one.close();
    expect(await ask(one.uri, 'KEYS', '*')).toEqual([]);
  });

  test('the server keeps what it has answered and evicts nothing', async () => {
    const { uri } = keep(await openRedis());
    const settings = ['appendonly', 'appendfsync', 'maxmemory-policy'];
    const answers = await Promise.all(settings.map((name) => ask(uri, 'CONFIG', 'GET', name)));
    expect(answers).toEqual([
      ['appendonly', 'yes'],
      ['appendfsync', 'always'],
      ['maxmemory-policy', 'noeviction'],
    ]);
  });
});

describe('a server of a test', () => {
  test('keeps its data and port when it is stopped, killed and started again', async () => {
    const server = keep(await startRedis());
    for (const end of [() => server.stop(), () => server.kill()]) {
      await server.cli('INCR', 'n');
      await end();
      await expect(server.cli('GET', 'n')).rejects.toThrow('Connection is closed');
      await server.start();
    }
    expect(await server.cli('GET', 'n')).toBe('2');
  });

  test('answers nothing while it is frozen', async () => {
    const server = keep(await startRedis());
    await server.freeze();
    const answer = server.cli('PING');
    expect(await Promise.race([answer, sleep(200, 'silent')])).toBe('silent');
    await server.thaw();
    expect(await answer).toBe('PONG');
  });

  test('asks for a password, speaks TLS, and takes arguments', async () => {
    const server = keep(
      await startRedis({ password: 'p/w d', tls: true, args: ['--appendonly', 'no', '--maxmemory', '9mb'] }),
    );
    expect(await server.cli('CONFIG', 'GET', 'appendonly')).toEqual(['appendonly', 'no']);
    expect(await server.cli('CONFIG', 'GET', 'maxmemory')).toEqual(['maxmemory', String(9 * 1024 * 1024)]);

    const tls = { ca: await readFile(certificate) };
    const stranger = new Client({ host: '127.0.0.1', port: server.port, tls, enableReadyCheck: false });
    stranger.on('error', () => undefined);
    await expect(stranger.ping()).rejects.toThrow('NOAUTH');
    stranger.disconnect();
  });
});
