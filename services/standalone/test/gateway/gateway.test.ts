import { readFileSync } from 'node:fs';
import { Agent } from 'node:http';
import { connect, type SecureVersion } from 'node:tls';
import { Readable } from 'node:stream';
import { setTimeout as sleep } from 'node:timers/promises';
import { certificate, createClient, hasNginx, metric, request, session } from '@monitor-server/testing';
import { afterAll, describe, expect, it } from 'vitest';
import { startGateway } from './gateway.ts';
import { openNames } from './names.ts';
import { openDying, openImpatient, portOf, startServices } from './services.ts';

const nginx = await hasNginx();

const closers: (() => unknown)[] = [];
afterAll(async () => {
  for (const close of closers.reverse()) await close();
});

const opened = async <T>(opening: Promise<T>, close: (it: T) => unknown): Promise<T> => {
  const it = await opening;
  closers.push(() => close(it));
  return it;
};

/** Text of as many bytes, of which a head can be made. */
const long = (length: number): string => 'x'.repeat(length);

describe.skipIf(!nginx.here)(`the gateway${nginx.here ? '' : ` (${nginx.why})`}`, async () => {
  if (!nginx.here) return;
  const { ingest, query, startQuery } = await startServices();
  closers.push(ingest.stop);
  const names = await opened(openNames(), ({ close }) => close());
  // Nobody listens at the second address: what is sent there goes to the next one.
  names.set('ingest.test', ['127.0.0.1', '127.0.0.3']);
  names.set('query.test', ['127.0.0.1']);
  const places = {
    GATEWAY_RESOLVER: `127.0.0.1:${names.port} valid=1s`,
    GATEWAY_INGEST: `ingest.test:${portOf(ingest)}`,
    GATEWAY_QUERY: `query.test:${portOf(query)}`,
  };
  const open = (changed: Partial<typeof places> = {}) =>
    opened(startGateway({ ...places, ...changed }), ({ close }) => close());
  const gateway = await open();
  const base = `http://127.0.0.1:${gateway.port}`;
  const api = await opened(Promise.resolve(createClient(base)), ({ close }) => close());

  it('sends posts to ingest, everything else to query', async () => {
    const row = session();
    expect((await api.post('/sessions/', row)).status).toBe(201);
    expect((await api.get(`/sessions/${row.session_h}`)).json.sessions).toHaveLength(1);
    expect((await api.call('/sessions/', { method: 'HEAD' })).status).toBe(200);
    const { status, headers } = await api.call('/sessions/', { method: 'PUT' });
    expect([status, headers.allow]).toEqual([405, 'GET, HEAD, POST']);
  });

  it('passes names on as they were sent', async () => {
    const variants = [
      'a/b',
      'a//b',
      '/',
      '//',
      'q?x=1&y=2',
      '50%',
      'a b',
      'ü',
      '..',
      'a/../b',
      '[0,1]',
      'x#y',
    ];
    await api.store(
      '/metrics/',
      variants.map((item_variant) => metric({ item_variant })),
    );
    for (const variant of variants) {
      const { json } = await api.get(`/variants/${encodeURIComponent(variant)}/metrics`);
      expect(json.metrics.map((row) => row.item_variant)).toEqual([variant]);
    }
    const raw = [
      '/api/v1/variants/a%2fb/metrics',
      '/api/v1/variants/a%2Fb/metrics',
      '/api/v1/variants/a//b/metrics',
      '/api/v1/variants///metrics',
      '/api/v1/variants/q?x=1&y=2/metrics?page=1',
      '/api/v1/variants/[0,1]/metrics',
      '/api/v1//metrics//?per_page=3',
      '//metrics/count',
      '/api/v1/api/v1/variants/like/%25/metrics',
    ];
    for (const path of raw) {
      const [straight, through] = await Promise.all([request(query.base, path), request(base, path)]);
      expect([path, through.status, through.text]).toEqual([path, straight.status, straight.text]);
      expect([path, through.status]).toEqual([path, 200]);
    }
  });

  it('refuses what nginx cannot pass on, with a problem', async () => {
    for (const path of [
      '/api/v1/variants/50%/metrics',
      '/api/v1/../../../metrics',
      '/api/v1/items/%00/metrics',
    ]) {
      const { status, json } = await request(base, path);
      expect([path, status, json.status]).toEqual([path, 400, 400]);
    }
  });

  it('takes heads of 16 KiB, and answers longer ones with a problem', async () => {
    const count = (name: string, headers = {}) =>
      request(base, `/api/v1/variants/${name}/metrics/count`, { headers });
    expect((await count(long(15 * 1024))).json.count).toBe(0);
    expect((await count('a', { 'x-long': long(15 * 1024) })).status).toBe(200);
    expect((await count(long(17 * 1024))).json).toMatchObject({ status: 414 });
    expect((await count('a', { 'x-long': long(17 * 1024) })).json).toMatchObject({ status: 431 });
    const several = { 'x-a': long(9000), 'x-b': long(9000), 'x-c': long(9000) };
    expect((await count('a', several)).json).toMatchObject({ status: 431 });
  });

  it('answers a record of more than 1 MiB with a problem', async () => {
    const { status, json, headers } = await api.post('/metrics/', metric({ item: long(1024 * 1024) }));
    expect([status, json.status]).toEqual([413, 413]);
    expect(headers['content-type']).toBe('application/problem+json; charset=utf-8');
  });

  it('passes an import on while it arrives', async () => {
    const item_variant = 'imported';
    const line = (): string => `${JSON.stringify({ type: 'metric', ...metric({ item_variant }) })}\n`;
    const counted = async () => (await api.get(`/variants/${item_variant}/metrics/count`)).json.count;
    const body = new Readable({ read: () => undefined });
    const answer = request(base, '/api/v1/import', { method: 'POST', body });
    body.push(Array.from({ length: 600 }, line).join(''));
    while ((await counted()) === 0) await sleep(10);
    body.push(line());
    body.push(null);
    expect((await answer).json).toMatchObject({ accepted: 601 });
    expect(await counted()).toBe(601);
  });

  it('passes on why an import is refused, before all of it was sent', async () => {
    const body = Buffer.alloc(4 * 1024 * 1024, '\n');
    const refuse = () =>
      request(base, '/api/v1/import', { method: 'POST', body, headers: { 'content-type': 'text/html' } });
    const answers = await Promise.all(Array.from({ length: 4 }, refuse));
    expect(answers.map(({ json }) => json.detail)).toEqual(
      answers.map(() => expect.stringContaining('not text/html')),
    );
  });

  it('finds the one service that is there among many that have ended', async () => {
    const ended = Array.from({ length: 9 }, (_, at) => `127.0.0.${at + 10}`);
    names.set('shrunk.test', [...ended, '127.0.0.1']);
    const { port } = await open({ GATEWAY_INGEST: `shrunk.test:${portOf(ingest)}` });
    const post = () =>
      request(`http://127.0.0.1:${port}`, '/api/v1/metrics/', {
        method: 'POST',
        body: JSON.stringify(metric()),
      });
    const answers = await Promise.all(Array.from({ length: 20 }, post));
    expect(answers.map(({ status }) => status)).toEqual(answers.map(() => 201));
  });

  it('answers every post, however long it was idle before', async () => {
    // A minute of idleness is one of these milliseconds.
    const keepAlive = 20;
    const impatient = await opened(openImpatient(portOf(ingest), keepAlive), ({ close }) => close());
    const { port } = await open({ GATEWAY_INGEST: `127.0.0.1:${impatient.port}` });
    const agent = await opened(Promise.resolve(new Agent({ keepAlive: true, maxSockets: 4 })), (it) =>
      it.destroy(),
    );
    const post = () =>
      request(`http://127.0.0.1:${port}`, '/api/v1/metrics/', {
        method: 'POST',
        agent,
        body: JSON.stringify(metric({ item_variant: 'busy' })),
      }).then(({ status }) => status);
    const statuses: number[] = [];
    for (let phase = 0; phase < 40; phase++) {
      statuses.push(...(await Promise.all(Array.from({ length: 4 }, post))));
      // The end of one of its connections is never further than a few milliseconds from the next post.
      await sleep(keepAlive - 3 + (phase % 7));
    }
    expect(statuses.filter((status) => status !== 201)).toEqual([]);
    expect((await api.get('/variants/busy/metrics/count')).json.count).toBe(40 * 4);
  });

  it('serves HTTPS where it has a certificate, from TLS 1.2 on', async () => {
    const { port } = await opened(startGateway(places, 'https'), ({ close }) => close());
    const handshake = (maxVersion: SecureVersion) =>
      new Promise<string | null>((resolve, reject) => {
        const socket = connect({
          port,
          host: '127.0.0.1',
          ca: readFileSync(certificate),
          minVersion: 'TLSv1',
          maxVersion,
          ciphers: 'DEFAULT@SECLEVEL=0',
        });
        socket.on('error', reject).on('secureConnect', () => {
          resolve(socket.getProtocol());
          socket.destroy();
        });
      });
    expect(await handshake('TLSv1.3')).toBe('TLSv1.3');
    expect(await handshake('TLSv1.2')).toBe('TLSv1.2');
    await expect(handshake('TLSv1.1')).rejects.toThrow(/protocol version|handshake/);
  });

  it('never sends a post again that may have been accepted', async () => {
    const dying = await opened(openDying(), ({ close }) => close());
    names.set('dying.test', ['127.0.0.1', '127.0.0.1']);
    const { port } = await open({ GATEWAY_INGEST: `dying.test:${dying.port}` });
    const { status, headers, json } = await request(`http://127.0.0.1:${port}`, '/api/v1/metrics/', {
      method: 'POST',
      body: JSON.stringify(metric()),
    });
    expect([status, headers['retry-after'], json.status]).toEqual([502, '1', 502]);
    expect(dying.connections()).toBe(1);
  });

  it('notices services that come and go', async () => {
    const count = () => request(base, '/api/v1/metrics/count').then(({ status }) => status);
    expect(await count()).toBe(200);
    const other = await startQuery({
      MONITOR_SERVER_HOST: '127.0.0.2',
      MONITOR_SERVER_PORT: String(portOf(query)),
    });
    closers.push(other.stop);
    names.set('query.test', ['127.0.0.1', '127.0.0.2']);
    await query.stop();
    // Until nginx asks for the addresses again, it knows of the service that is gone alone.
    let inRow = 0;
    for (let asked = 0; asked < 500 && inRow < 10; asked++) {
      inRow = (await count()) === 200 ? inRow + 1 : 0;
      await sleep(20);
    }
    expect(inRow).toBe(10);
  });
});
