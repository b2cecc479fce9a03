import { traffic } from './skew.ts';
import { createWorld } from './world.ts';

/** One HTTP request as it goes over the wire. */
export interface Request {
  bytes: Buffer;
  isMetric: boolean;
}

const head = (path: string, length: number): string =>
  [
    `POST ${path} HTTP/1.1`,
    'Host: 127.0.0.1',
    'User-Agent: python-requests/2.32.3',
    'Accept-Encoding: gzip, deflate',
    'Accept: */*',
    'Connection: keep-alive',
    'Content-Type: application/json',
    `Content-Length: ${length}`,
    '\r\n',
  ].join('\r\n');

/**
 * Endless requests out of skewed traffic made beforehand: a ring of `metrics` metrics with the posts of
 * their sessions. Every time round the first eight digits of the session hashes change, so that sessions go
 * on being new while the tests stay the same. `salt` tells loaders and runs apart.
 */
export const createRing = (metrics: number, seed: number, salt: number): (() => Request) => {
  const ring: (Request & { session: number })[] = [];
  for (const { type, body } of traffic(createWorld(), { seed, metrics, year: 2026, withPast: false })) {
    if (type === 'context') continue;
    const text = JSON.stringify(body);
    const bytes = Buffer.from(head(`/api/v1/${type}s/`, Buffer.byteLength(text)) + text);
    ring.push({ bytes, isMetric: type === 'metric', session: bytes.indexOf('"session_h":"') + 13 });
  }
  let index = 0;
  let round = salt;
  let prefix = '';
  return () => {
    if (index === ring.length) index = 0;
    if (index === 0) prefix = (round++ >>> 0).toString(16).padStart(8, '0');
    const request = ring[index++] as (typeof ring)[number];
    request.bytes.write(prefix, request.session, 'latin1');
    return request;
  };
};
