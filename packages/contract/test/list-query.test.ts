import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import {
  asksForPages,
  pageLink,
  ProblemError,
  readCursor,
  readFlags,
  readPage,
  readPageSize,
  readQuery,
  readRange,
  routes,
  type Flag,
  type Route,
} from '../src/index.ts';
import { letter } from './letter.ts';

describe('page', () => {
  test.each<[string, number]>([
    ['', 1],
    ['page=3', 3],
    ['page=-1', -1],
    ['page=+2', 2],
    ['page=%2B2', 2],
    ['page=0', 0],
    ['page=007', 7],
    ['page= 5 ', 5],
    ['page=', 1],
    ['page', 1],
    ['page=x', 1],
    ['page=1.5', 1],
    ['page=1e3', 1],
    ['page=2&page=3', 2],
    ['page=x&page=3', 1],
    ['Page=3', 1],
    ['p%61ge=3', 3],
  ])('%s', (query, page) => {
    expect(readPage(readQuery(query))).toBe(page);
  });

  test('and per_page say that a list is asked for in pages', () => {
    expect(asksForPages(readQuery('page=x'))).toBe(true);
    expect(asksForPages(readQuery('per_page=2'))).toBe(true);
    expect(asksForPages(readQuery('pages=1&after=x'))).toBe(false);
  });
});

describe('per_page', () => {
  test.each<[string, number]>([
    ['', 500],
    ['per_page=1', 1],
    ['per_page=5000', 5000],
    ['per_page=007', 7],
    ['per_page=2&per_page=3', 2],
  ])('%s', (query, size) => {
    expect(readPageSize(readQuery(query), 500)).toBe(size);
  });

  test.each(['0', '5001', '-1', '', 'x', '1.5', '1e3', ' 1', '99999999999999999999999'])(
    'may not be %j',
    (value) => {
      expect(() => readPageSize(readQuery(`per_page=${value}`), 500)).toThrow(
        expect.objectContaining({ name: 'ProblemError', status: 400 }),
      );
    },
  );
});

describe('since and until', () => {
  const micros = (time: string): number => Date.parse(time) * 1000;

  test.each<[string, unknown]>([
    ['', undefined],
    ['page=2', undefined],
    ['since=2024-03-01', { since: micros('2024-03-01T00:00:00Z') }],
    ['until=2024-03-01T10:11:12.5Z', { until: micros('2024-03-01T10:11:12.5Z') }],
    ['since=2024-03-01T00:00:00%2B02:00', { since: micros('2024-03-01T00:00:00+02:00') }],
    ['since=2024-03-01T00:00:00+02:00', { since: micros('2024-03-01T00:00:00+02:00') }],
    ['since=2024-03-01+10:11:12', { since: micros('2024-03-01T10:11:12Z') }],
    ['since=2024-03-01%2010:11:12', { since: micros('2024-03-01T10:11:12Z') }],
    ['since=2024-03-02&until=2024-03-01', { since: micros('2024-03-02'), until: micros('2024-03-01') }],
    ['since=2024-03-01&since=x', { since: micros('2024-03-01') }],
  ])('%s', (query, range) => {
    expect(readRange(readQuery(query), true)).toEqual(range);
  });

  test('between two microseconds leave out at the end what is not before them', () => {
    const base = micros('2024-03-01T00:00:00Z');
    const query = 'since=2024-03-01T00:00:00.0000015&until=2024-03-01T00:00:00.0000015';
    const { since = 0, until = 0 } = readRange(readQuery(query), true) ?? {};
    expect(until).toBe(base + 2);
    expect(since).toBeLessThanOrEqual(base + 2);
  });

  test.each(['since=', 'since=x', 'until=2024-13-01', 'since=1709287872', 'since=2024-03-01&until='])(
    '%s is refused',
    (query) => {
      expect(() => readRange(readQuery(query), true)).toThrow(ProblemError);
    },
  );

  test('are refused where a list has no time', () => {
    expect(() => readRange(readQuery('since=2024-03-01'), false)).toThrow(/no time/);
    expect(readRange(readQuery('page=1'), false)).toBeUndefined();
  });
});

describe('flags', () => {
  const one = (name: string, value?: string): Flag => ({
    name: [name],
    ...(value === undefined ? {} : { value: [value] }),
  });

  test.each<[string, unknown]>([
    ['', undefined],
    ['with_flags=', undefined],
    ['with_flags=,,', undefined],
    ['restrict_flags=x', undefined],
    ['with_flags=a', { flags: [one('a')], all: false }],
    ['with_tags=a', { flags: [one('a')], all: false }],
    ['with_flags=a,b&restrict_flags=x,', { flags: [one('a', 'x'), one('b')], all: false }],
    ['with_flags=a,b&restrict_flags=x', { flags: [one('a', 'x'), one('b')], all: false }],
    ['with_flags=a,b&restrict_flags=,y', { flags: [one('a'), one('b', 'y')], all: false }],
    ['with_flags=a&restrict_flags=x,y,z', { flags: [one('a', 'x')], all: false }],
    ['with_flags=a,,b&restrict_flags=x,y,z', { flags: [one('a', 'x'), one('b', 'z')], all: false }],
    ['with_flags=a%2Cb', { flags: [one('a'), one('b')], all: false }],
    ['with_flags=a,b&with_flags=c', { flags: [one('a,b'), one('c')], all: false }],
    ['with_flags=a&with_tags=b', { flags: [one('a'), one('b')], all: false }],
    [
      'with_flags=a&with_flags=b&restrict_flags=x&restrict_flags=',
      { flags: [one('a', 'x'), one('b')], all: false },
    ],
    ['with_flags=a&restrict_flags=x,y&restrict_flags=z', { flags: [one('a', 'x,y')], all: false }],
    ['with_flags=a&method=match_any', { flags: [one('a')], all: false }],
    ['with_flags=a&method=match_all', { flags: [one('a')], all: true }],
    ['with_flags=a&method=ANY', { flags: [one('a')], all: true }],
    ['with_flags=a&method=match_any&method=match_all', { flags: [one('a')], all: false }],
    ['with_flags=%C3%A9%25', { flags: [one('\u00e9%')], all: false }],
    ['with_flags=a/b?c', { flags: [one('a/b?c')], all: false }],
  ])('%s', (query, filter) => {
    expect(readFlags(readQuery(query))).toEqual(filter);
  });

  test('a raw plus means a plus or a blank, an encoded one a plus', () => {
    expect(readFlags(readQuery('with_flags=v&restrict_flags=2.1.0+cu118'))?.flags).toEqual([
      { name: ['v'], value: ['2.1.0+cu118', '2.1.0 cu118'] },
    ]);
    expect(readFlags(readQuery('with_flags=a+b,c'))?.flags).toEqual([
      { name: ['a+b', 'a b'] },
      { name: ['c'] },
    ]);
    expect(readFlags(readQuery('with_flags=v&restrict_flags=a%2Bb'))?.flags).toEqual([
      { name: ['v'], value: ['a+b'] },
    ]);
    expect(readFlags(readQuery('with_flags=v&restrict_flags=a%20b'))?.flags).toEqual([
      { name: ['v'], value: ['a b'] },
    ]);
  });
});

describe('a link to a page', () => {
  const sessions = routes.find(({ name }) => name === 'listSessions') as Route;

  test.each([
    ['', '?page=2'],
    ['page=1', '?page=2'],
    ['page=1&page=7&after=x', '?page=2'],
    ['p%61ge=1&with_flags=a+b%2Cc&&per_page=5', '?with_flags=a+b%2Cc&per_page=5&page=2'],
    ['x', '?x&page=2'],
  ])('repeats all but the page: %s', (query, expected) => {
    expect(pageLink(sessions, {}, query, 2)).toBe(`/api/v1/sessions/${expected}`);
  });

  test('carries a cursor', () => {
    const link = pageLink(sessions, {}, 'after=old', 3, 'a.b-c_1');
    expect(link).toBe('/api/v1/sessions/?page=3&after=a.b-c_1');
    expect(readCursor(readQuery(link.split('?')[1] ?? ''))).toBe('a.b-c_1');
  });

  test('of any query reads as the same query, but for the page', () => {
    fc.assert(
      fc.property(fc.webQueryParameters(), (query) => {
        const read = readQuery(pageLink(sessions, {}, query, 2).split('?').slice(1).join('?'));
        const kept = readQuery(query).filter(({ name }) => name !== 'page' && name !== 'after');
        expect(read).toEqual([...kept, { name: 'page', value: '2', raw: '2' }]);
      }),
    );
  });
});

function faultOf(read: () => unknown): unknown {
  try {
    read();
    return undefined;
  } catch (error) {
    return error;
  }
}

function isBadInput(fault: unknown): boolean {
  return fault === undefined || (fault instanceof ProblemError && fault.status === 400);
}

describe('any query', () => {
  test('is read, or refused as bad input', () => {
    const parameter = fc.tuple(
      fc.constantFrom(
        'page',
        'per_page',
        'since',
        'until',
        'with_flags',
        'restrict_flags',
        'method',
        'after',
      ),
      fc.oneof(fc.string({ unit: letter }), fc.stringMatching(/^[-+%,&=\d ]{0,12}$/)),
    );
    fc.assert(
      fc.property(fc.array(parameter, { maxLength: 6 }), (parameters) => {
        const query = readQuery(parameters.map((each) => each.join('=')).join('&'));
        expect(typeof readPage(query)).toBe('number');
        readFlags(query);
        expect(faultOf(() => readRange(query, true))).toSatisfy(isBadInput);
        expect(faultOf(() => readPageSize(query, 5))).toSatisfy(isBadInput);
      }),
      { numRuns: 500 },
    );
  });
});
