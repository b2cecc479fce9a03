import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { pathOf, resolve, routes, type ParameterName, type Parameters, type Route } from '../src/index.ts';
import { letter } from './letter.ts';

/** A resolution as one comparable value: the route's name and what the path gave it. */
function read(url: string, method = 'GET'): unknown {
  const resolution = resolve(method, url);
  if (!resolution.found) return resolution.methods;
  const { route, parameters, query } = resolution;
  return { [route.name]: parameters, ...(query === '' ? {} : { query }) };
}

describe('a path', () => {
  test.each<[string, unknown]>([
    ['/api/v1/metrics/', { listMetrics: {} }],
    ['/api/v1/metrics', { listMetrics: {} }],
    ['/metrics/', { listMetrics: {} }],
    ['/metrics', { listMetrics: {} }],
    ['/api/v1/api/v1/metrics/', { listMetrics: {} }],
    ['//api//v1//metrics//', { listMetrics: {} }],
    ['/api/v1//metrics/', { listMetrics: {} }],
    ['/api/v1/api/v1//sessions//', { listSessions: {} }],
    ['/api/v1/', { readLanding: {} }],
    ['/', { readLanding: {} }],
    ['/index.html', { readLanding: {} }],
    ['/api/v1/docs', { readDocs: {} }],
    ['/api/v1/swagger.json', { readOpenapi: {} }],
    ['/metrics/count', { countMetrics: {} }],
    ['/metrics//count/', { countMetrics: {} }],
    ['/sessions/count', { countSessions: {} }],
    ['/sessions/abc', { findSessions: { prefix: 'abc' } }],
    ['/sessions/abc/metrics', { listSessionMetrics: { session: 'abc' } }],
    ['/session/abc/metrics', { listSessionMetrics: { session: 'abc' } }],
    ['/session/abc/metrics/count', { countSessionMetrics: { session: 'abc' } }],
    ['/contexts/abc/metrics/count/', { countContextMetrics: { context: 'abc' } }],
    ['/filters/scm/abc/sessions', { listScmSessions: { scm: 'abc' } }],
    ['/filters/scope/function/metrics', { listScopeMetrics: { kind: 'function' } }],
  ])('%s', (url, expected) => {
    expect(read(url)).toEqual(expected);
  });

  test.each<[string, unknown]>([
    ['/components/metrics', { listNoComponentMetrics: { component: '' } }],
    ['/components//metrics', { listNoComponentMetrics: { component: '' } }],
    ['/components/items/a/metrics', { listNoComponentItemMetrics: { component: '', item: 'a' } }],
    ['/components//variants/a/metrics', { listNoComponentVariantMetrics: { component: '', variant: 'a' } }],
    ['/components/c/items/a/metrics', { listComponentItemMetrics: { component: 'c', item: 'a' } }],
    ['/components/c', { findComponents: { prefix: 'c' } }],
    ['/components/c/pipelines', { listComponentPipelines: { component: 'c' } }],
    ['/pipelines/p/builds', { listBuilds: { pipeline: 'p' } }],
    ['/components/c/pipelines/p/builds', { listComponentBuilds: { component: 'c', pipeline: 'p' } }],
    ['/resources/memory/head/metrics', { highestMetrics: { resource: 'memory' } }],
    ['/resources/memory/head/5/metrics', { highestMetrics: { resource: 'memory', n: '5' } }],
    [
      '/resources/cpu/components/c/tail/metrics',
      { lowestComponentMetrics: { resource: 'cpu', component: 'c' } },
    ],
    [
      '/resources/cpu/pipelines/p/builds/b/head/7/metrics',
      { highestBuildMetrics: { resource: 'cpu', pipeline: 'p', build: 'b', n: '7' } },
    ],
  ])('of a component, a pipeline or a resource: %s', (url, expected) => {
    expect(read(url)).toEqual(expected);
  });

  test.each<[string, string, string[]]>([
    ['PUT', '/metrics/', ['GET', 'HEAD', 'POST']],
    ['DELETE', '/sessions/abc', ['GET', 'HEAD', 'POST']],
    ['OPTIONS', '/metrics/count', ['GET', 'HEAD']],
    ['GET', '/import', ['POST']],
    ['POST', '/metrics/count', ['GET', 'HEAD']],
    ['GET', '/nothing', []],
    ['GET', '/metrics/nothing', []],
    ['GET', '/api/v2/metrics/', []],
    ['GET', '/api/v1/api/v1/api/v1/metrics/', []],
    ['GET', '/resources/memory/middle/metrics', []],
    ['GET', '/items/metrics', []],
  ])('%s %s is served by %j', (method, url, methods) => {
    expect(resolve(method, url)).toEqual({ found: false, methods });
  });

  test('works for HEAD where it does for GET', () => {
    expect(read('/metrics/', 'HEAD')).toEqual({ listMetrics: {} });
    expect(read('/metrics/', 'POST')).toEqual({ createMetric: {} });
    expect(read('/sessions/abc', 'POST')).toEqual({ createSession: { session: 'abc' } });
  });
});

describe('a name in a path', () => {
  test.each<[string, unknown]>([
    ['/items/a%2Fb/metrics', { listItemMetrics: { item: 'a/b' } }],
    ['/items/a/b/metrics', { listItemMetrics: { item: 'a/b' } }],
    ['/items/a//b/metrics', { listItemMetrics: { item: 'a//b' } }],
    ['/items//a/metrics', { listItemMetrics: { item: '/a' } }],
    ['/items/100%/metrics', { listItemMetrics: { item: '100%' } }],
    ['/items/100%25/metrics', { listItemMetrics: { item: '100%' } }],
    ['/items/%zz%2/metrics', { listItemMetrics: { item: '%zz%2' } }],
    ['/items/a+b/metrics', { listItemMetrics: { item: 'a+b' } }],
    ['/items/a%20b/metrics', { listItemMetrics: { item: 'a b' } }],
    ['/items/%C3%A9/metrics', { listItemMetrics: { item: '\u00e9' } }],
    ['/items/%EF%BB%BFa%EF%BB%BF/metrics', { listItemMetrics: { item: '\ufeffa\ufeff' } }],
    ['/variants/t[a,b/c]/metrics', { listVariantMetrics: { variant: 't[a,b/c]' } }],
    ['/variants/t[a]/metrics/count', { countVariantMetrics: { variant: 't[a]' } }],
    ['/items/like/a/metrics', { listItemsLikeMetrics: { itemLike: 'a' } }],
    ['/items/like/a', { listItemsLikeMetrics: { itemLike: 'a' } }],
    ['/items/like/metrics', { listItemMetrics: { item: 'like' } }],
    ['/items/like/metrics/metrics', { listItemsLikeMetrics: { itemLike: 'metrics' } }],
    ['/items/metrics/metrics', { listItemMetrics: { item: 'metrics' } }],
    ['/components/a/b', { findComponents: { prefix: 'a/b' } }],
    ['/components/a/b/metrics', { listComponentMetrics: { component: 'a/b' } }],
    ['/components/a/b/items/c/d/metrics', { listComponentItemMetrics: { component: 'a/b', item: 'c/d' } }],
    ['/pipelines/feature/x/builds', { listBuilds: { pipeline: 'feature/x' } }],
    ['/pipelines/feature/x/builds/1/sessions', { listBuildSessions: { pipeline: 'feature/x', build: '1' } }],
    ['/filters/scm/a/b/metrics', { listScmMetrics: { scm: 'a/b' } }],
  ])('%s', (url, expected) => {
    expect(read(url)).toEqual(expected);
  });

  test.each<[string, unknown]>([
    ['/variants/test_text[q?x=1&y=2]/metrics', { listVariantMetrics: { variant: 'test_text[q?x=1&y=2]' } }],
    [
      '/variants/test_text[q?x=1]/metrics?page=2',
      { listVariantMetrics: { variant: 'test_text[q?x=1]' }, query: 'page=2' },
    ],
    ['/items/a?b/c?d/metrics?page=2', { listItemMetrics: { item: 'a?b/c?d' }, query: 'page=2' }],
    ['/sessions/?with_flags=a/b', { listSessions: {}, query: 'with_flags=a/b' }],
    ['/sessions/abc?with_flags=a/b', { findSessions: { prefix: 'abc' }, query: 'with_flags=a/b' }],
    ['/metrics/?since=2024-01-01&x=/metrics', { listMetrics: {}, query: 'since=2024-01-01&x=/metrics' }],
    ['/metrics/?page=2', { listMetrics: {}, query: 'page=2' }],
    ['/metrics?page=2?', { listMetrics: {}, query: 'page=2?' }],
  ])('or in a query: %s', (url, expected) => {
    expect(read(url)).toEqual(expected);
  });
});

const words = [...new Set(routes.flatMap(({ path }) => path.split('/')))].filter(
  (word) => word !== '' && !word.startsWith('{'),
);

const character = fc.constantFrom(
  ...Array.from('/?%+[],.&=#:;@\\ "\'<>|^`{}~*!$()-_aZ0\u00e9\u{1f600}\ufeff\0\n'),
);

/** Any name that a client may have. */
const name = fc.oneof(
  fc.constantFrom(
    ...words,
    'api',
    'v1',
    '.',
    '..',
    'session',
    'a/metrics',
    'x/like/y',
    '%2F',
    '%25',
    '/',
    '?',
  ),
  fc.string({ unit: character, minLength: 1, maxLength: 12 }),
  fc.string({ unit: letter, minLength: 1, maxLength: 12 }),
  fc.array(fc.constantFrom(...words), { minLength: 1, maxLength: 4 }).map((parts) => parts.join('/')),
);

function parameterNames({ path }: Route): ParameterName[] {
  return [...path.matchAll(/\{(\w+)\}/g)].map(([, parameter]) => parameter as ParameterName);
}

describe('any name in any route', () => {
  const given = fc.constantFrom(...routes).chain((route) =>
    fc.record({
      route: fc.constant(route),
      values: fc.tuple(...parameterNames(route).map(() => name)),
      base: fc.constantFrom('', '/api/v1', '/', '//'),
      query: fc.constantFrom('', '?page=2', '?page=2&per_page=5'),
      end: fc.constantFrom('', '/', '//'),
    }),
  );

  test('encoded by pathOf is read back', () => {
    fc.assert(
      fc.property(given, ({ route, values, base, query, end }) => {
        const names = Object.fromEntries(parameterNames(route).map((each, at) => [each, values[at]]));
        const parameters: Parameters = { ...route.fixed, ...names };
        const path = pathOf(route, parameters);
        expect(path).toMatch(/^\/api\/v1\/[\w!$&'()*+,;=:@%./~-]*$/);
        const url = `${base}${path}${path.endsWith('/') ? '' : end}${query}`;
        expect(resolve(route.method, url)).toEqual({ found: true, route, parameters, query: query.slice(1) });
      }),
      { numRuns: 3_000 },
    );
  });

  test('of a ranking may lack its number', () => {
    for (const route of routes.filter(({ end }) => end !== undefined)) {
      const parameters: Parameters = Object.fromEntries(
        parameterNames(route).flatMap((each) => (each === 'n' ? [] : [[each, 'head']])),
      );
      expect(resolve('GET', pathOf(route, parameters))).toMatchObject({ found: true, route, parameters });
    }
  });
});

describe('any text', () => {
  const piece = fc.oneof(
    fc.constantFrom(...words, '/', '//', '?', '%', '%2f', '%ff', '=', '&', 'api/v1/', '\0', '\ud800'),
    fc.string({ unit: letter, maxLength: 4 }),
  );
  const url = fc.array(piece, { maxLength: 30 }).map((pieces) => `/${pieces.join('')}`);

  test('is read without a fault', () => {
    fc.assert(
      fc.property(
        fc.oneof(url, fc.string({ unit: letter }), fc.string()),
        fc.oneof(fc.constantFrom('GET', 'POST', 'HEAD', 'PUT', ''), fc.string()),
        (text, method) => {
          const resolution = resolve(method, text);
          const served = resolution.found ? [resolution.route.method] : resolution.methods;
          expect(served.every((each) => ['GET', 'HEAD', 'POST'].includes(each))).toBe(true);
          expect(resolution.found && served[0] !== (method === 'HEAD' ? 'GET' : method)).toBe(false);
        },
      ),
      { numRuns: 3_000 },
    );
  });

  const hostile: [string, (size: number) => string][] = [
    ['slashes', (size) => '/'.repeat(size)],
    ['question marks', (size) => `/items/${'?'.repeat(size)}/metrics`],
    ['question marks and slashes', (size) => `/items/${'?/'.repeat(size / 2)}metrics`],
    ['one word', (size) => '/metrics'.repeat(size / 8)],
    ['two words', (size) => `/components${'/items/metrics'.repeat(size / 14)}`],
    ['words of a build', (size) => `/components/a${'/pipelines/p/builds/b'.repeat(size / 21)}/sessions`],
    ['words of a ranking', (size) => `/resources/r${'/pipelines/head/builds'.repeat(size / 22)}/metrics`],
    ['prefixes', (size) => '/api/v1'.repeat(size / 7)],
    ['percent signs', (size) => `/items/${'%'.repeat(size)}/metrics`],
    ['escapes', (size) => `/items/${'%2F'.repeat(size / 3)}/metrics`],
  ];

  test.each(hostile)('of the length of a request head takes no time: %s', (_, make) => {
    const url = make(16_384);
    const started = performance.now();
    for (let times = 0; times < 3; times++) {
      resolve('GET', url);
      resolve('PUT', `${url}?x=/`);
    }
    expect(performance.now() - started).toBeLessThan(1_500);
  });
});
