import { hash, metric, request } from '@monitor-server/testing';
import { Readable } from 'node:stream';
import { createGzip } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { standalone } from './standalone.ts';

const { api, server } = await standalone({ pageSize: 5000 });

const load = (body: Readable, headers: Record<string, string> = {}) =>
  request(server.base, '/api/v1/import', {
    method: 'POST',
    body,
    headers: { 'content-type': 'application/x-ndjson', ...headers },
    timeout: 60_000,
  });

const rows = function* (count: number, component: string): Generator<string> {
  for (let i = 0; i < count; i++) {
    const bad = i % 100 === 99 ? 'x' : '';
    yield `${bad}${JSON.stringify({ type: 'metric', ...metric({ component, session_h: 's', context_h: 'c', item: `item ${i % 700}` }) })}\n`;
  }
};

describe('a long stream', () => {
  it.each([
    ['identity', 20_000],
    ['gzip', 3000],
  ])('gets one short answer: %s, %i lines', async (encoding, count) => {
    const component = hash();
    const plain = Readable.from(rows(count, component), { objectMode: false });
    const { status, json, text } = await load(
      encoding === 'gzip' ? plain.pipe(createGzip({ level: 1 })) : plain,
      encoding === 'gzip' ? { 'content-encoding': 'gzip' } : {},
    );
    expect(status).toBe(200);
    const [accepted, rejected] = [count - count / 100, count / 100];
    expect(json).toMatchObject({ accepted, rejected, metrics: accepted, sessions: 0, contexts: 0 });
    expect(text.length).toBeLessThan(50_000);
    const pages = await api.pages(`/components/${component}/metrics`);
    expect(pages.reduce((sum, page) => sum + page.json.metrics.length, 0)).toBe(accepted);
  });

  it('may be cut anywhere, inside a letter too', async () => {
    const component = hash();
    const text = [...rows(40, component)].join('').replaceAll('"item ', '"é😀 ');
    const bytes = Buffer.from(text);
    const parts = Array.from({ length: Math.ceil(bytes.length / 7) }, (_, i) =>
      bytes.subarray(i * 7, i * 7 + 7),
    );
    const { json } = await load(Readable.from(parts));
    expect(json).toMatchObject({ accepted: 40, rejected: 0 });
    const { json: read } = await api.get(`/components/${component}/metrics`);
    expect(read.metrics.map((row) => row.item)).toEqual(Array.from({ length: 40 }, (_, i) => `é😀 ${i}`));
  });

  it('that ends early leaves the server well', async () => {
    const component = hash();
    const broken = Readable.from(
      (async function* () {
        yield* rows(100, component);
        throw new Error('the client went away');
      })(),
    );
    await expect(load(broken)).rejects.toThrow('went away');
    expect((await api.get('/metrics/count')).status).toBe(200);
    expect((await load(Readable.from(rows(3, component)))).json).toMatchObject({ accepted: 3 });
  });

  it('lets posts through meanwhile', async () => {
    const component = hash();
    const loading = load(Readable.from(rows(8000, component), { objectMode: false }));
    const statuses = new Set<number>();
    for (let i = 0; i < 20; i++) statuses.add((await api.post('/metrics/', metric())).status);
    expect([...statuses]).toEqual([201]);
    expect((await loading).status).toBe(200);
  });
});
