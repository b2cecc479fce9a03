import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { connect, type Socket } from 'node:net';
import { createGzip, gzipSync } from 'node:zlib';
import { Readable } from 'node:stream';
import { createClient, exchange, hash, metric, request, session, startServer } from '@monitor-server/testing';
import { afterAll, describe, expect, test } from 'vitest';

/** Seconds that a request may take to arrive. */
const TIMEOUT = 1;

const server = await startServer({
  entry: new URL('../../src/main.ts', import.meta.url),
  env: { MONITOR_SERVER_TIMEOUT: String(TIMEOUT) },
});
const client = createClient(server.base);

afterAll(async () => {
  client.close();
  await server.stop();
});

const { hostname, port } = new URL(server.base);
const mebi = 2 ** 20;

async function count(): Promise<number> {
  return (await client.get('/metrics/count')).json.count;
}

/** A post that has to go through whatever else happens. */
async function isFine(): Promise<boolean> {
  return (await client.post('/metrics/', metric())).status === 201;
}

async function open(text: string): Promise<Socket> {
  const socket = connect(Number(port), hostname);
  socket.on('error', () => undefined);
  await once(socket, 'connect');
  socket.write(text);
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

describe('JSON', () => {
  const deep = (start: string, end: string, depth: number): string => start.repeat(depth) + end.repeat(depth);

  test.each([
    ['arrays', deep('[', ']', 100_000)],
    ['arrays without end', '['.repeat(200_000)],
    ['objects', `${'{"a":'.repeat(150_000)}1${'}'.repeat(150_000)}`],
    ['a value', JSON.stringify(metric()).replace('"lib"', deep('[', ']', 100_000))],
  ])('that is very deep is refused: %s', async (_, body) => {
    for (const path of ['/metrics/', '/sessions/', '/contexts/']) {
      expect((await client.post(path, body)).status).toBe(400);
    }
    const answer = await client.call('/import', {
      method: 'POST',
      body: `{"type":"metric","value":${body}}\n${body}\n`,
    });
    expect([answer.status, answer.json]).toMatchObject([200, { accepted: 0, rejected: 2 }]);
    expect(await isFine()).toBe(true);
  });

  test.each(['__proto__', 'constructor', 'prototype', 'toString', 'hasOwnProperty'])(
    'with the key %s means nothing else by it',
    async (key) => {
      const posted = session();
      const text = JSON.stringify({ ...posted, description: { other: 'x' } })
        .replace('"other"', JSON.stringify(key))
        .replace('{', `{${JSON.stringify(key)}:{"polluted":"yes","scm_ref":"stolen"},`);
      expect((await client.post('/sessions/', text)).status).toBe(201);
      const { json } = await client.get(`/sessions/${posted.session_h}`);
      expect(json.sessions).toEqual([
        {
          session_h: posted.session_h,
          run_date: posted.run_date,
          scm_ref: posted.scm_ref,
          tags: [{ name: key, key, value: 'x' }],
        },
      ]);
      const found = await client.get(
        `/sessions/?with_flags=${key}&restrict_flags=x&${key}=1&method=match_all`,
      );
      expect(found.json.sessions.map(({ session_h }) => session_h)).toEqual([posted.session_h]);
    },
  );
});

describe('characters that mean something to a database', () => {
  const names = [
    '%',
    '_',
    '%%_',
    '\\',
    '\\%',
    "'",
    "''",
    '"',
    "'; DROP TABLE metric; --",
    "' OR '1'='1",
    "') UNION SELECT digest FROM access_token --",
    '/* */',
    '$1',
    '?',
    '@id',
    '*',
    '[a-z]',
    '`',
    ';',
  ];

  test('stand for themselves, in every list that they can name', async () => {
    const marked = names.map((name, at) => ({ name, h: hash(), at }));
    for (const { name, h, at } of marked) {
      const row = metric({
        session_h: h,
        item: `${name} item`,
        item_variant: `x ${name} variant ${at}`,
        component: `${name} component`,
        kind: name,
      });
      expect((await client.post('/metrics/', row)).status).toBe(201);
    }
    const all = await count();
    for (const { name, h } of marked) {
      const encoded = encodeURIComponent(name);
      for (const path of [
        `/items/${encoded}%20item/metrics`,
        `/components/${encoded}%20component/metrics`,
        `/filters/scope/${encoded}/metrics`,
      ]) {
        const { json } = await client.get(path);
        expect([path, json.metrics.map(({ session_h }) => session_h)]).toEqual([path, [h]]);
      }
      const like = await client.get(`/variants/like/${encoded}%20variant/metrics?per_page=500`);
      const holding = marked.filter((other) => `x ${other.name} variant`.includes(`${name} variant`));
      expect(like.json.metrics.map(({ session_h }) => session_h)).toEqual(holding.map((other) => other.h));
      const { json } = await client.get(`/components/${encoded}%20`);
      const starting = marked.map((other) => `${other.name} component`);
      expect(json.components).toEqual(starting.filter((component) => component.startsWith(`${name} `)));
    }
    expect(await count()).toBe(all);
  });
});

describe('a request within a request', () => {
  const inner = (): string => {
    const body = JSON.stringify(metric());
    return (
      'POST /api/v1/metrics/ HTTP/1.1\r\nhost: x\r\ncontent-type: application/json\r\n' +
      `content-length: ${body.length}\r\nconnection: close\r\n\r\n${body}`
    );
  };
  const outer = 'POST /api/v1/import HTTP/1.1\r\nhost: x\r\ncontent-type: application/x-ndjson\r\n';

  test.each([
    ['a length and chunks', 'content-length: 5\r\ntransfer-encoding: chunked\r\n\r\n0\r\n\r\n'],
    ['chunks and a length', 'transfer-encoding: chunked\r\ncontent-length: 5\r\n\r\n0\r\n\r\n'],
    ['two lengths', 'content-length: 5\r\ncontent-length: 0\r\n\r\n'],
    ['two lengths in one', 'content-length: 5, 0\r\n\r\n'],
    ['a signed length', 'content-length: +0\r\n\r\n'],
    ['a negative length', 'content-length: -1\r\n\r\n'],
    ['a length in hex', 'content-length: 0x5\r\n\r\n'],
    ['unknown chunks', 'transfer-encoding: xchunked\r\n\r\n0\r\n\r\n'],
    ['chunks that are not last', 'transfer-encoding: chunked, identity\r\n\r\n0\r\n\r\n'],
    ['chunks after a vertical tab', 'transfer-encoding: \x0bchunked\r\n\r\n0\r\n\r\n'],
    ['a blank before the colon', 'transfer-encoding : chunked\r\ncontent-length: 5\r\n\r\n0\r\n\r\n'],
    ['a folded header', 'transfer-encoding:\r\n chunked\r\ncontent-length: 5\r\n\r\n0\r\n\r\n'],
    ['a bare line feed', 'x: y\ntransfer-encoding: chunked\ncontent-length: 5\r\n\r\n0\r\n\r\n'],
    ['a bare carriage return', 'x: y\rtransfer-encoding: chunked\r\ncontent-length: 5\r\n\r\n0\r\n\r\n'],
    ['a null', 'x: \0\r\ncontent-length: 0\r\n\r\n'],
    ['a chunk of too large a size', 'transfer-encoding: chunked\r\n\r\nfffffffffffffffff\r\n\r\n'],
    ['a chunk of a signed size', 'transfer-encoding: chunked\r\n\r\n-1\r\n\r\n'],
    ['a chunk that ends in a line feed', 'transfer-encoding: chunked\r\n\r\n0\n\n'],
  ])('is none, with %s', async (_, rest) => {
    const before = await count();
    const { status } = await exchange(server.base, `${outer}${rest}${inner()}`);
    expect([0, 400]).toContain(status);
    expect(await count()).toBe(before);
  });

  test('is one where it really follows', async () => {
    const before = await count();
    await exchange(server.base, `${outer}transfer-encoding: chunked\r\n\r\n0\r\n\r\n${inner()}`);
    expect(await count()).toBe(before + 1);
  });
});

describe('a path that leads out', () => {
  test.each([
    '/../../../etc/passwd',
    '/api/v1/docs/../../../../etc/passwd',
    '/api/v1/docs/..%2f..%2f..%2fetc%2fpasswd',
    '/%2e%2e/%2e%2e/etc/passwd',
    '/api/v1/docs?asset=../docs.ts',
    '/api/v1/docs?asset=../../../../../../../../etc/passwd',
    '/api/v1/docs?asset=..%5c..%5cdocs.ts',
    '/api/v1/docs?asset=docs.js%00.css',
    '/api/v1/docs?asset=__proto__',
    'file:///etc/passwd',
    '//etc/passwd',
    '\\..\\..\\etc\\passwd',
  ])('%s leads nowhere', async (path) => {
    const { status, body } = await exchange(
      server.base,
      `GET ${path} HTTP/1.1\r\nhost: x\r\nconnection: close\r\n\r\n`,
    );
    expect([400, 404]).toContain(status);
    expect(body).not.toMatch(/root:|import |export /);
  });
});

/** The most that a process ever had in memory, and those below it, in KiB. */
function peaks(pid: number): number[] {
  const own = /VmHWM:\s+(\d+) kB/.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1];
  const below = readFileSync(`/proc/${pid}/task/${pid}/children`, 'utf8').split(' ').filter(Boolean);
  return [Number(own), ...below.flatMap((child) => peaks(Number(child)))];
}

describe('in the end', () => {
  test('the server is the same, its memory is small, and its log is its own', async () => {
    for (const text of ['%0a{"level":60,"msg":"injected"}', '\u001B[2J', '\u2028injected', '%00']) {
      const path = `/api/v1/metrics/?per_page=${text}`;
      await exchange(
        server.base,
        `GET ${path} HTTP/1.1\r\nhost: x\r\nuser-agent: ${text}\r\nconnection: close\r\n\r\n`,
      );
    }
    const lines = server
      .output()
      .split('\n')
      .map((line) => JSON.parse(line) as { level: number; msg: string });
    expect(lines.filter(({ level, msg }) => level >= 40 && !msg.startsWith('everybody'))).toEqual([]);
    expect(lines.some(({ msg }) => msg.includes('injected'))).toBe(false);
    for (const kilobytes of peaks(server.pid)) expect(kilobytes).toBeLessThan(600 * 1024);
  });
});
