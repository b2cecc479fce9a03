import { exchange, hash, metric, session } from '@monitor-server/testing';
import { describe, expect, test } from 'vitest';
import { openVictim } from './victim.ts';

const { server, client, count, isFine } = await openVictim();

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

describe('in the end', () => {
  test("the log is the server's own, whatever was asked", async () => {
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
  });
});
