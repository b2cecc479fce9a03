import { context, hash, metric, request, session } from '@monitor-server/testing';
import { Readable } from 'node:stream';
import { describe, expect, it } from 'vitest';
import { standalone } from './standalone.ts';

const { api, server } = await standalone();

const send = (
  body: string | Uint8Array | Readable,
  headers: Record<string, string> = {},
  path = '/metrics/',
) => request(server.base, `/api/v1${path}`, { method: 'POST', body, headers });
const json = { 'content-type': 'application/json' };
const mebi = 2 ** 20;

/** A metric that takes this many bytes. */
const padded = (bytes: number): string => {
  const row = { ...metric(), pad: '' };
  return JSON.stringify({ ...row, pad: 'x'.repeat(bytes - JSON.stringify(row).length) });
};

const resources = [
  ['/metrics/', metric],
  ['/sessions/', session],
  ['/contexts/', context],
] as const;

describe('the type of a body', () => {
  it.each([
    'application/json',
    'APPLICATION/JSON',
    'application/json; charset=utf-8',
    'application/json;charset=UTF-8',
    'application/json; charset="utf-8"',
    'application/json; charset=utf8',
    'application/vnd.api+json',
    'application/problem+json',
    'application/ld+json; charset=utf-8',
  ])('may be %s', async (type) => {
    for (const [path, row] of resources) {
      const { status, text } = await send(JSON.stringify(row()), { 'content-type': type }, path);
      expect([path, status, text.slice(0, 1)]).toEqual([path, 201, '{']);
    }
  });

  it('may be missing', async () => {
    for (const [path, row] of resources) {
      expect((await send(JSON.stringify(row()), {}, path)).status).toBe(201);
    }
  });

  it.each([
    'text/plain',
    'text/html; charset=utf-8',
    'application/x-www-form-urlencoded',
    'multipart/form-data; boundary=x',
    'application/xml',
    'application/jsonp',
    'application/json; charset=latin-1',
    'application/json; charset=utf-16',
    'text/json+x',
  ])('is refused when it is %s', async (type) => {
    for (const [path, row] of resources) {
      const { status, headers } = await send(JSON.stringify(row()), { 'content-type': type }, path);
      expect([path, status]).toEqual([path, 415]);
      expect(headers['content-type']).toMatch('application/problem+json');
    }
  });

  it('decides even before the body is looked at', async () => {
    expect((await send('{not json', { 'content-type': 'text/plain' })).status).toBe(415);
  });
});

describe('the size of a body', () => {
  it('may be 1 MiB', async () => {
    const body = padded(mebi);
    expect(Buffer.byteLength(body)).toBe(mebi);
    expect((await send(body, json)).status).toBe(201);
    expect((await send(Readable.from([Buffer.from(body)]), json)).status).toBe(201);
  });

  it('is refused above, whether it says so or not', async () => {
    for (const body of [padded(mebi + 1), Readable.from([Buffer.from(padded(mebi + 1))])]) {
      const { status, json: problem } = await send(body, json);
      expect([status, problem.status]).toEqual([413, 413]);
    }
  });

  it('is measured in bytes', async () => {
    const row = JSON.stringify({ ...metric(), pad: 'é'.repeat(mebi / 2) });
    expect((await send(row, json)).status).toBe(413);
  });
});

describe('the size of a text', () => {
  const most = 'x'.repeat(2 ** 16);

  it.each(['item', 'item_variant', 'item_path', 'item_fs_loc', 'kind', 'component'])(
    '%s: 64 KiB',
    async (name) => {
      const row = metric({ [name]: most });
      expect((await api.post('/metrics/', row)).status).toBe(201);
      expect((await api.get(`/sessions/${row.session_h}/metrics`)).json.metrics).toEqual([row]);
      const { status, json: problem } = await api.post('/metrics/', metric({ [name]: `${most}x` }));
      expect([status, Object.keys(problem.errors ?? {})]).toEqual([400, [name]]);
    },
  );

  it('goes for hashes, references and tags as well', async () => {
    for (const row of [
      session({ session_h: `${hash()}${most}` }),
      session({ scm_ref: `${most}x` }),
      session({ description: { tag: `${most}x` } }),
    ]) {
      expect((await api.post('/sessions/', row)).status).toBe(400);
    }
    expect((await api.post('/contexts/', context({ system_info: `${most}x` }))).status).toBe(400);
    const row = session({ description: { tag: most } });
    expect((await api.post('/sessions/', row)).status).toBe(201);
    expect((await api.get(`/sessions/${row.session_h}`)).json.sessions[0]?.tags[0]?.value).toBe(most);
  });
});

describe('a body that is no JSON object', () => {
  it.each([
    '',
    ' ',
    '{',
    '}',
    '{"a"',
    '{a:1}',
    'null',
    '[]',
    '[{}]',
    '1',
    'true',
    '"text"',
    "{'a': 1}",
    '{"a":1}}',
    '{"a":1} x',
    '{"a":"\u0001"}',
    '<xml/>',
    'a=b',
  ])('is refused: %j', async (body) => {
    for (const [path] of resources) {
      const { status, headers, json: problem } = await send(body, json, path);
      expect([path, status]).toEqual([path, 400]);
      expect(headers['content-type']).toMatch('application/problem+json');
      expect(problem.status).toBe(400);
    }
  });

  it('is refused when it is no UTF-8, or stored whole', async () => {
    const body = Buffer.from(JSON.stringify(metric({ item: 'a?b' })));
    body[body.indexOf('?')] = 0xff;
    expect([201, 400]).toContain((await send(body, json)).status);
  });
});

describe('a problem', () => {
  it('is an RFC 9457 one, with the message older clients read', async () => {
    const {
      status,
      headers,
      json: problem,
    } = await api.post('/metrics/', { ...metric(), kind: 5, item: null });
    expect(status).toBe(400);
    expect(headers['content-type']).toMatch(/^application\/problem\+json/);
    expect(Object.keys(problem).sort()).toEqual(['detail', 'errors', 'message', 'status', 'title', 'type']);
    expect(problem.status).toBe(400);
    for (const text of [problem.type, problem.title, problem.detail, problem.message]) {
      expect(typeof text).toBe('string');
      expect(text).not.toBe('');
    }
    expect(Object.keys(problem.errors ?? {}).sort()).toEqual(['item', 'kind']);
  });

  it('leaves nothing behind and the connection usable', async () => {
    const before = (await api.get('/metrics/count')).json.count;
    await api.post('/metrics/', { ...metric(), kind: 5 });
    await api.post('/metrics/', '{');
    const row = metric();
    expect((await api.post('/metrics/', row)).status).toBe(201);
    await expect(api.arrived({ metrics: before + 1 })).resolves.toBeUndefined();
  });
});

describe('what clients send along', () => {
  it('Basic auth is ignored where nobody asked for it', async () => {
    const authorization = `Basic ${Buffer.from('user:secret').toString('base64')}`;
    expect((await send(JSON.stringify(metric()), { ...json, authorization })).status).toBe(201);
    expect((await request(server.base, '/api/v1/metrics/', { headers: { authorization } })).status).toBe(200);
  });

  it('a body on a GET is ignored', async () => {
    for (const [body, type] of [
      ['{}', 'application/json'],
      ['{broken', 'application/json'],
      ['a=b', 'application/x-www-form-urlencoded'],
      ['x'.repeat(10_000), 'text/plain'],
    ] as const) {
      const headers = { 'content-type': type };
      const { status } = await request(server.base, '/api/v1/metrics/count', { body, headers });
      expect([type, status]).toEqual([type, 200]);
    }
  });

  it('"Expect: 100-continue" gets its answer', async () => {
    const headers = { ...json, expect: '100-continue' };
    expect((await send(JSON.stringify(metric()), headers)).status).toBe(201);
  });
});
