import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { connect, type Socket } from 'node:net';
import { createGzip, gzipSync } from 'node:zlib';
import { Readable } from 'node:stream';
import { exchange, metric, request } from '@monitor-server/testing';
import { describe, expect, test } from 'vitest';
import { openVictim } from './victim.ts';

/** Seconds that a request may take to arrive. */
const TIMEOUT = 1;

const { server, client, count, isFine } = await openVictim({ MONITOR_SERVER_TIMEOUT: String(TIMEOUT) });
const { hostname, port } = new URL(server.base);
const mebi = 2 ** 20;

async function open(text: string): Promise<Socket> {
  const socket = connect(Number(port), hostname);
  socket.on('error', () => undefined);
  await once(socket, 'connect');
  if (text !== '') socket.write(text);
  return socket;
}

/** Sends a byte now and then until the server has had enough. */
async function drip(socket: Socket): Promise<string> {
  const chunks: Buffer[] = [];
  socket.on('data', (chunk: Buffer) => chunks.push(chunk));
  const timer = setInterval(() => socket.writable && socket.write('x'), 100);
  // Not `once`, which would reject: a server that gives up on unread bytes resets the connection.
  await new Promise((resolve) => socket.on('close', resolve));
  clearInterval(timer);
  return Buffer.concat(chunks).toString();
}

describe('slow clients', () => {
  test('are cut off, be it in the head, in the body or before either, while others are served', async () => {
    const before = await count();
    const head = 'POST /api/v1/metrics/ HTTP/1.1\r\nhost: x\r\ncontent-type: application/json\r\n';
    const heads = await Promise.all(Array.from({ length: 100 }, () => open(`${head}x-slow: `)));
    const bodies = await Promise.all(
      Array.from({ length: 100 }, () => open(`${head}content-length: 100000\r\n\r\n{`)),
    );
    const silent = await Promise.all(Array.from({ length: 200 }, () => open('')));
    const ended = Promise.all([...heads, ...bodies, ...silent].map(drip));
    for (let posts = 0; posts < 20; posts++) expect(await isFine()).toBe(true);
    const answers = await ended;
    for (const answer of answers.slice(0, heads.length)) expect(answer).toMatch(/^HTTP\/1.1 408 /);
    expect(await count()).toBe(before + 20);
  });
});

/** Connections at once, of which each takes a descriptor here, and one there. */
const CROWD = 10_000;
const AT_ONCE = 250;

describe('a crowd', () => {
  test('that says nothing takes no turn from those who do, and leaves no trace', async () => {
    const before = await count();
    const crowd: Socket[] = [];
    while (crowd.length < CROWD) {
      crowd.push(...(await Promise.all(Array.from({ length: AT_ONCE }, () => open('')))));
      expect(await isFine()).toBe(true);
    }
    for (const socket of crowd) socket.destroy();
    expect(await count()).toBe(before + CROWD / AT_ONCE);
  });
});

describe('a flood', () => {
  test('of headers is refused where they are too many, and no harm where they are not', async () => {
    const headers = (length: number): string =>
      Array.from({ length }, (_, at) => `x-${at}: ${'y'.repeat(5)}\r\n`).join('');
    const ask = (length: number) =>
      exchange(
        server.base,
        `GET /api/v1/metrics/count HTTP/1.1\r\nhost: x\r\nconnection: close\r\n${headers(length)}\r\n`,
      );
    expect((await ask(800)).status).toBe(200);
    expect((await ask(5_000)).status).toBe(431);
    expect((await ask(200_000)).status).toBe(431);
  });

  test.each([
    ['slashes', '/'.repeat(15_000)],
    ['questions', '/items/'.concat('?/'.repeat(7_000))],
    ['escapes', `/items/${'%2F'.repeat(5_000)}/metrics`],
    ['broken escapes', `/items/${'%'.repeat(14_000)}/metrics`],
    ['words of paths', '/components/metrics/items'.repeat(600)],
    ['parameters', `/metrics/?${'a=b&'.repeat(3_500)}`],
    ['tags', `/sessions/?with_flags=${'a,'.repeat(7_000)}`],
    ['as many tags as there may be', `/sessions/?with_flags=${'a,'.repeat(499)}a`],
  ])('of %s in a URL is answered', async (_, path) => {
    const { status } = await client.get(path);
    expect([200, 204, 400, 404]).toContain(status);
    expect(await isFine()).toBe(true);
  });
});

describe('a bomb', () => {
  const send = (body: Uint8Array | Readable) =>
    request(server.base, '/api/v1/import', {
      method: 'POST',
      body,
      headers: { 'content-type': 'application/x-ndjson', 'content-encoding': 'gzip' },
    });

  test('of one line that never ends is refused as soon as it is seen through', async () => {
    const before = await count();
    const { status, json } = await send(gzipSync(Buffer.alloc(16 * mebi)));
    expect([status, json.detail]).toEqual([413, expect.stringMatching(/grows more than 250 times/)]);
    expect(await count()).toBe(before);
    expect(await isFine()).toBe(true);
  });

  test('of empty lines is refused too', async () => {
    expect((await send(gzipSync(Buffer.alloc(16 * mebi, '\n')))).status).toBe(413);
  });

  test('within a bomb is not unpacked twice', async () => {
    const { status, json } = await send(gzipSync(gzipSync(Buffer.alloc(16 * mebi))));
    expect([status, json]).toMatchObject([200, { accepted: 0 }]);
  });

  test('is what records are not, however alike', async () => {
    const before = await count();
    const line = `${JSON.stringify({ type: 'metric', ...metric() })}\n`;
    const lines = Readable.from(
      Array.from({ length: 2_000 }, (_, at) => line.replace('0.25', `0.25${at}`)),
    ).pipe(createGzip());
    const { json } = await send(lines);
    expect(json).toMatchObject({ accepted: 2_000, rejected: 0 });
    expect(await count()).toBe(before + 2_000);
  });
});

/** The most that a process ever had in memory, and those below it, in KiB. */
function peaks(pid: number): number[] {
  const own = /VmHWM:\s+(\d+) kB/.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1];
  const below = readFileSync(`/proc/${pid}/task/${pid}/children`, 'utf8').split(' ').filter(Boolean);
  return [Number(own), ...below.flatMap((child) => peaks(Number(child)))];
}

describe('in the end', () => {
  test('little memory was ever taken', () => {
    for (const kilobytes of peaks(server.pid)) expect(kilobytes).toBeLessThan(600 * 1024);
  });
});
