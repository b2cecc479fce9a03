import { request } from '@monitor-server/testing';
import { describe, expect, test } from 'vitest';
import { openGuarded } from './guarded.ts';

const { server, client, tokens, secrets, bearer, basic } = await openGuarded('SQLite');

describe('a token', () => {
  test('may be the password of any user, or the user', async () => {
    for (const text of [
      `ci:${secrets.query}`,
      `:${secrets.query}`,
      `a b:${secrets.query}`,
      `${secrets.query}:`,
    ]) {
      expect((await client.call('/metrics/count', { headers: basic(text) })).status).toBe(200);
    }
    for (const text of [`${secrets.query}:x`, 'ci:', ':', `ci:${secrets.query}x`]) {
      expect((await client.call('/metrics/count', { headers: basic(text) })).status).toBe(401);
    }
  });

  test.each([
    'Bearer',
    'Bearer ',
    'Bearer null',
    'Basic',
    'Basic !!!!',
    'Negotiate abc',
    `Bearer ${'x'.repeat(10_000)}`,
    "Bearer ' OR 1=1 --",
    'Bearer __proto__',
  ])('is not %s', async (authorization) => {
    expect((await client.call('/metrics/count', { headers: { authorization } })).status).toBe(401);
  });

  test('that expired or was revoked is told so', async () => {
    for (const who of ['expired', 'revoked'] as const) {
      const { json } = await client.call('/metrics/count', { headers: bearer(who) });
      expect(json.detail).toMatch(who);
    }
  });

  test('in the query is none', async () => {
    const path = `/metrics/count?access_token=${secrets.admin}&token=${secrets.admin}`;
    expect((await client.get(path)).status).toBe(401);
  });
});

describe('what is open', () => {
  test('is the reference, and the start page without its numbers', async () => {
    for (const path of ['/docs', '/openapi.json', '/docs?asset=docs.js', '/-/healthy']) {
      expect([path, (await request(server.base, path)).status]).toEqual([path, 200]);
    }
    const numbers = /<dl>/;
    const { text } = await request(server.base, '/');
    expect(text).not.toMatch(numbers);
    expect(text).toContain('ci:TOKEN@');
    expect((await request(server.base, '/', { headers: bearer('query') })).text).toMatch(numbers);
    for (const who of ['ingest', 'expired'] as const) {
      expect((await request(server.base, '/', { headers: bearer(who) })).text).not.toMatch(numbers);
    }
  });

  test('is whether it is well, but not why it is not, nor what it has measured', async () => {
    const { status, json } = await request<{ parts: object }>(server.base, '/-/ready');
    expect([status, json.parts]).toEqual([200, { writing: { ok: true }, reading: { ok: true } }]);
    for (const headers of [{}, bearer('admin')]) {
      for (const path of ['/-/metrics', '/api/v1/-/metrics', '/-/']) {
        expect([path, (await request(server.base, path, { headers })).status]).toEqual([path, 404]);
      }
    }
  });

  test('is nothing to other origins', async () => {
    const headers = { origin: 'https://elsewhere.example', 'access-control-request-method': 'POST' };
    for (const [method, path] of [
      ['OPTIONS', '/metrics/'],
      ['GET', '/metrics/count'],
    ] as const) {
      const answer = await client.call(path, { method, headers: { ...headers, ...bearer('query') } });
      expect(Object.keys(answer.headers).filter((name) => name.startsWith('access-control'))).toEqual([]);
    }
  });
});

describe('in the end', () => {
  test('the last use of every token is noted, and its secret was never written down', async () => {
    expect(await server.stop()).toBe(0);
    const used = (await tokens.list()).filter(({ lastUsedAt }) => lastUsedAt !== undefined);
    expect(used.map(({ name }) => name)).toEqual(['ingest', 'query']);
    for (const secret of Object.values(secrets)) expect(server.output()).not.toContain(secret.slice(4));
  });
});
