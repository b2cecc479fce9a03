import { request } from 'node:http';
import { connect } from 'node:net';
import { gzipSync } from 'node:zlib';

/** Something that a server should be able to bear, begun once; it settles when it is over. */
export type Attack = (port: number) => Promise<void>;

const mebi = 2 ** 20;
const bomb = gzipSync(Buffer.alloc(1024 * mebi));
const longHead = Buffer.from(`GET / HTTP/1.1\r\n${'x-flood: yyyyyyyyyyyyyyyy\r\n'.repeat(40_000)}\r\n`);
const longPath = `/items/${'%2F?/'.repeat(3_000)}/metrics`;
const deep = Buffer.from(`${'{"a":'.repeat(100_000)}1${'}'.repeat(100_000)}`);

/** Sends bytes on a connection of their own, and waits until that is closed. */
const throwAt = (port: number, bytes: string | Buffer): Promise<void> =>
  new Promise((resolve) => {
    const socket = connect(port, '127.0.0.1', () => socket.write(bytes));
    socket.setTimeout(10_000, () => socket.destroy());
    socket.on('error', () => undefined);
    socket.on('close', () => resolve());
    socket.resume();
  });

/** A whole request, whatever it is answered. */
const send = (
  port: number,
  path: string,
  {
    method = 'GET',
    headers = {},
    body,
  }: { method?: string; headers?: Record<string, string>; body?: Buffer },
): Promise<void> =>
  new Promise((resolve) => {
    const outgoing = request({
      port,
      host: '127.0.0.1',
      path,
      method,
      headers,
      agent: false,
      timeout: 10_000,
    });
    outgoing.on('response', (incoming) => incoming.resume());
    outgoing.on('timeout', () => outgoing.destroy());
    outgoing.on('error', () => undefined);
    outgoing.on('close', () => resolve());
    outgoing.end(body);
  });

const json = { 'content-type': 'application/json' };

/** What is done so many times a second. */
export const attacks: readonly { name: string; perSecond: number; attack: Attack }[] = [
  {
    name: 'imports of 1 GiB in 1 MiB of gzip',
    perSecond: 1,
    attack: (port) =>
      send(port, '/api/v1/import', {
        method: 'POST',
        headers: { 'content-type': 'application/x-ndjson', 'content-encoding': 'gzip' },
        body: bomb,
      }),
  },
  {
    name: 'posts of JSON 100,000 deep',
    perSecond: 1,
    attack: (port) => send(port, '/api/v1/metrics/', { method: 'POST', headers: json, body: deep }),
  },
  {
    name: 'heads of 1 MiB',
    perSecond: 10,
    attack: (port) => throwAt(port, longHead),
  },
  {
    name: 'URLs of 15 KiB',
    perSecond: 10,
    attack: (port) => send(port, longPath, {}),
  },
  {
    name: 'requests within requests',
    perSecond: 50,
    attack: (port) =>
      throwAt(
        port,
        'POST /api/v1/metrics/ HTTP/1.1\r\nhost: x\r\ncontent-length: 5\r\ntransfer-encoding: chunked\r\n\r\n0\r\n\r\n',
      ),
  },
  {
    name: 'counts, each with a token that is none, which a server that asks for no tokens answers',
    perSecond: 50,
    attack: (port) =>
      send(port, '/api/v1/metrics/count', { headers: { authorization: `Bearer msk_${'x'.repeat(43)}` } }),
  },
];
