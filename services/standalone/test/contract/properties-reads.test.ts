import { metric, request, session } from '@monitor-server/testing';
import * as fc from 'fast-check';
import { beforeAll, describe, expect, it } from 'vitest';
import { anyText, text, time } from './arbitraries.ts';
import { runs, standalone } from './standalone.ts';

const { api, server } = await standalone({ pageSize: 5 });

/** Enough rows that a filter may hold some, and a page be there. */
beforeAll(async () => {
  await api.store(
    '/sessions/',
    Array.from({ length: 12 }, () => session()),
  );
  await api.store(
    '/metrics/',
    Array.from({ length: 12 }, () => metric()),
  );
});

const templates = [
  '/metrics/',
  '/metrics/count',
  '/sessions/',
  '/sessions/count',
  '/sessions/{}',
  '/sessions/{}/metrics',
  '/session/{}/metrics',
  '/sessions/{}/metrics/count',
  '/contexts/',
  '/contexts/count',
  '/contexts/{}',
  '/contexts/{}/metrics',
  '/contexts/{}/metrics/count',
  '/filters/scm/{}/metrics',
  '/filters/scm/{}/metrics/count',
  '/filters/scm/{}/sessions',
  '/filters/scope/{}/metrics',
  '/filters/scope/{}/metrics/count',
  '/items/{}/metrics',
  '/items/{}/metrics/count',
  '/items/like/{}',
  '/items/like/{}/metrics',
  '/variants/{}/metrics',
  '/variants/{}/metrics/count',
  '/variants/like/{}',
  '/variants/like/{}/metrics',
  '/components/',
  '/components/count',
  '/components/metrics',
  '/components/{}',
  '/components/{}/metrics',
  '/components/items/{}/metrics',
  '/components/variants/{}/metrics',
  '/components/{}/items/{}/metrics',
  '/components/{}/variants/{}/metrics',
  '/components/{}/pipelines',
  '/components/{}/pipelines/{}/builds',
  '/components/{}/pipelines/{}/builds/{}/sessions',
  '/pipelines/',
  '/pipelines/{}/builds',
  '/pipelines/{}/builds/{}/sessions',
  '/resources/{}/head/metrics',
  '/resources/memory/tail/{}/metrics',
  '/resources/cpu/components/{}/head/{}/metrics',
  '/resources/user_time/pipelines/{}/tail/metrics',
  '/resources/total_time/pipelines/{}/builds/{}/head/7/metrics',
];

const e = (name: string): string => encodeURIComponent(name.toWellFormed());
const route = fc.constantFrom(...templates);
const filled = (spell: (name: string) => string) =>
  fc.tuple(route, fc.array(anyText, { minLength: 3, maxLength: 3 })).map(([template, names]) => {
    let i = 0;
    return template.replaceAll('{}', () => spell(names[i++] ?? ''));
  });

const keys = [
  'page',
  'per_page',
  'since',
  'until',
  'after',
  'with_flags',
  'with_tags',
  'restrict_flags',
  'method',
];
const parameter = fc.oneof(fc.constantFrom(...keys), anyText);
const argument = fc.oneof(
  fc.integer({ min: -9, max: 9 }).map(String),
  fc.integer().map(String),
  fc.double().map(String),
  time,
  anyText,
);
const query = fc
  .array(fc.tuple(parameter, argument), { maxLength: 5 })
  .map((pairs) => pairs.map(([key, value]) => `${e(key)}=${e(value)}`).join('&'));

/** All that may stand in the first line of a request, read as Latin-1. */
const wire = fc
  .string({
    unit: fc.integer({ min: 0x21, max: 0x7e }).map((code) => String.fromCharCode(code)),
    maxLength: 60,
  })
  .map((path) => `/${path}`);
const words = [
  '/',
  '//',
  'api',
  'v1',
  'metrics',
  'count',
  'like',
  '%',
  '%2',
  '%ff',
  '%00',
  '?',
  '&',
  'page=2',
  '..',
  '[',
  'é',
  '{}',
];
const jumbled = fc
  .array(fc.constantFrom(...words, ...templates), { maxLength: 12 })
  .map((parts) => `/${parts.join('')}`);

/** What Node's own client sends; the rest of the bytes stand in `lists-methods.test.ts`. */
const isSendable = (path: string): boolean => !/[\0- \u007F]/.test(path);

const read = (path: string, method = 'GET') => request(server.base, path, { method, timeout: 5000 });

/** Whatever was asked: no fault of the server, and a body that fits its status. */
const isSound = ({ status, text, json }: Awaited<ReturnType<typeof read>>): boolean => {
  if (status === 204) return text === '';
  if (status === 200) return json !== null;
  return [400, 404, 405, 414].includes(status) && json?.status === status;
};

const sound = async (path: string): Promise<void> => {
  const answer = await read(path);
  expect([path, answer.status, answer.text.slice(0, 200), isSound(answer)]).toEqual([
    path,
    answer.status,
    answer.text.slice(0, 200),
    true,
  ]);
};

describe('any path and query is answered', () => {
  it('with any name, encoded', async () => {
    const property = fc.asyncProperty(filled(e), query, (path, asked) => sound(`/api/v1${path}?${asked}`));
    await expect(fc.assert(property, { numRuns: runs(600) })).resolves.toBeUndefined();
  });

  it('with any name, raw', async () => {
    const raw = filled((name) => name.toWellFormed()).filter(isSendable);
    const property = fc.asyncProperty(raw, (path) => sound(`/api/v1${path}`));
    await expect(fc.assert(property, { numRuns: runs(300) })).resolves.toBeUndefined();
  });

  it('with a query that is none', async () => {
    const property = fc.asyncProperty(route, wire, (path, asked) =>
      sound(`/api/v1${path.replaceAll('{}', 'x')}?${asked.slice(1)}`),
    );
    await expect(fc.assert(property, { numRuns: runs(300) })).resolves.toBeUndefined();
  });

  it.each([
    ['any letters', wire],
    ['words in any order', jumbled],
  ])('of %s', async (_, paths) => {
    const property = fc.asyncProperty(paths, fc.constantFrom('', '/api/v1'), async (path, prefix) => {
      const { status } = await read(`${prefix}${path}`);
      expect([200, 204, 400, 404, 405, 414]).toContain(status);
    });
    await expect(fc.assert(property, { numRuns: runs(300) })).resolves.toBeUndefined();
  });

  it('with any method', async () => {
    const methods = fc.constantFrom(
      'HEAD',
      'OPTIONS',
      'PUT',
      'DELETE',
      'PATCH',
      'PROPFIND',
      'TRACE',
      'SEARCH',
    );
    const property = fc.asyncProperty(filled(e), methods, async (path, method) => {
      const { status } = await read(`/api/v1${path}`, method);
      expect([200, 204, 400, 404, 405]).toContain(status);
    });
    await expect(fc.assert(property, { numRuns: runs(200) })).resolves.toBeUndefined();
  });
});

describe('any name that was stored', () => {
  it('is found by it, exactly and by its part', async () => {
    // An empty name is no part of a path, and a route of its own for components.
    const names = text.map((name) => name.toWellFormed()).filter((name) => name !== '');
    const property = fc.asyncProperty(names, fc.nat(), async (name, cut) => {
      const row = metric({ item: name, item_variant: name, component: name, kind: name, context_h: name });
      await api.store('/metrics/', [row]);
      const places = [
        `/items/${e(name)}/metrics`,
        `/variants/${e(name)}/metrics`,
        `/filters/scope/${e(name)}/metrics`,
        `/contexts/${e(name)}/metrics`,
        `/components/${e(name)}/metrics`,
        `/components/${e(name)}/items/${e(name)}/metrics`,
        `/items/like/${e(Array.from(name)[cut % Array.from(name).length] ?? '')}/metrics`,
        `/variants/like/${e(name.replaceAll(/[a-z]/g, (letter) => letter.toUpperCase()))}/metrics`,
      ];
      for (const place of places) {
        const { status, json } = await api.get(`${place}?per_page=5000`);
        expect([place, status]).toEqual([place, 200]);
        expect(json.metrics).toContainEqual(row);
      }
      expect((await api.get(`/components/${e(name)}`)).json?.components ?? [name]).toContain(name);
    });
    await expect(fc.assert(property, { numRuns: runs(100) })).resolves.toBeUndefined();
  });
});
