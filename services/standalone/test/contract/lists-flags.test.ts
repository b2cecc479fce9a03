import { session, type SessionPost } from '@monitor-server/testing';
import { beforeAll, describe, expect, it } from 'vitest';
import { standalone } from './standalone.ts';

const { api } = await standalone({ pageSize: 100 });

const rows: Record<string, Record<string, string>> = {
  none: {},
  a1: { a: '1' },
  a2: { a: '2' },
  empty: { a: '', b: '' },
  b1: { b: '1' },
  a1b1: { a: '1', b: '1' },
  a1b2: { a: '1', b: '2' },
  plus: { torch: '2.1.0+cu118' },
  blank: { torch: '2.1.0 cu118' },
  other: { torch: '2.1.0-cu118' },
  comma: { 'x,y': 'p,q' },
  upper: { A: '1' },
  branch: { branch: 'feature/x?y&z=ü' },
  wild: { w: 'a%b_c' },
  plain: { w: 'axbyc' },
};
const sessions: SessionPost[] = Object.entries(rows).map(([name, description]) =>
  session({ session_h: `${name.startsWith('a') ? 'aa' : 'zz'}-${name}`, description }),
);

beforeAll(async () => {
  await api.store('/sessions/', sessions);
  await api.arrived({ sessions: sessions.length });
});

const found = async (query: string, path = '/sessions/'): Promise<string[] | number> => {
  const { status, json } = await api.get(`${path}?${query}`);
  if (status !== 200) return status === 204 ? [] : status;
  return json.sessions.map((row) => row.session_h.slice(3));
};
const all = Object.keys(rows);

describe.each(['with_flags', 'with_tags'])('%s', (flags) => {
  it.each([
    // A flag alone: there, and not empty.
    ['FLAGS=a', ['a1', 'a2', 'a1b1', 'a1b2']],
    ['FLAGS=b', ['b1', 'a1b1', 'a1b2']],
    ['FLAGS=c', []],
    // With a value: equal to it.
    ['FLAGS=a&restrict_flags=1', ['a1', 'a1b1', 'a1b2']],
    ['FLAGS=a&restrict_flags=', ['a1', 'a2', 'a1b1', 'a1b2']],
    ['FLAGS=a&restrict_flags=3', []],
    ['FLAGS=w&restrict_flags=a%25b_c', ['wild']],
    ['FLAGS=w&restrict_flags=a%25', []],
    ['FLAGS=branch&restrict_flags=feature%2Fx%3Fy%26z%3D%C3%BC', ['branch']],
    // Several: any of them, unless the method says otherwise.
    ['FLAGS=a,b', ['a1', 'a2', 'b1', 'a1b1', 'a1b2']],
    ['FLAGS=a,b&method=match_any', ['a1', 'a2', 'b1', 'a1b1', 'a1b2']],
    ['FLAGS=a,b&method=match_all', ['a1b1', 'a1b2']],
    ['FLAGS=a,b&method=anything', ['a1b1', 'a1b2']],
    ['FLAGS=a,b&restrict_flags=1,2', ['a1', 'a1b1', 'a1b2']],
    ['FLAGS=a,b&restrict_flags=1,2&method=match_all', ['a1b2']],
    ['FLAGS=a,b&restrict_flags=2,1', ['a2', 'b1', 'a1b1']],
    // A shorter list of values is filled with empty ones, a longer one cut.
    ['FLAGS=a,b&restrict_flags=2', ['a2', 'b1', 'a1b1', 'a1b2']],
    ['FLAGS=a,b&restrict_flags=1&method=match_all', ['a1b1', 'a1b2']],
    ['FLAGS=a,b&restrict_flags=,2', ['a1', 'a2', 'a1b1', 'a1b2']],
    ['FLAGS=a,b&restrict_flags=,2&method=match_all', ['a1b2']],
    ['FLAGS=a&restrict_flags=1,2,3', ['a1', 'a1b1', 'a1b2']],
    ['FLAGS=b&restrict_flags=1,2&method=match_all', ['b1', 'a1b1']],
    // Empty flags filter nothing.
    ['FLAGS=', all],
    ['FLAGS=&restrict_flags=1&method=match_all', all],
    ['FLAGS=a,,b&restrict_flags=1,9,2&method=match_all', ['a1b2']],
    // Once: split at commas, after decoding. Several times: values, none of them split.
    ['FLAGS=a%2Cb&method=match_all', ['a1b1', 'a1b2']],
    ['FLAGS=a&FLAGS=b&method=match_all', ['a1b1', 'a1b2']],
    ['FLAGS=a&FLAGS=b&restrict_flags=1&restrict_flags=2&method=match_all', ['a1b2']],
    ['FLAGS=x,y', []],
    ['FLAGS=x,y&FLAGS=c', ['comma']],
    ['FLAGS=x%2Cy&FLAGS=a&restrict_flags=p,q&restrict_flags=2', ['a2', 'comma']],
    ['FLAGS=x,y&FLAGS=a&restrict_flags=p,q', []],
    ['FLAGS=x,y&FLAGS=a&restrict_flags=9,1', ['a1', 'a1b1', 'a1b2']],
    // A raw plus is a plus or a blank.
    ['FLAGS=torch&restrict_flags=2.1.0+cu118', ['plus', 'blank']],
    ['FLAGS=torch&restrict_flags=2.1.0%20cu118', ['blank']],
  ])('%s', async (query, wanted) => {
    expect(await found(query.replaceAll('FLAGS', flags))).toEqual(wanted);
  });

  it('finds a plus that is encoded', async () => {
    expect(await found(`${flags}=torch&restrict_flags=2.1.0%2Bcu118`)).toContain('plus');
  });

  it('works with a prefix of the hash', async () => {
    expect(await found(`${flags}=b`, '/sessions/aa')).toEqual(['a1b1', 'a1b2']);
    expect(await found(`${flags}=b`, '/sessions/zz-')).toEqual(['b1']);
    expect(await found(`${flags}=torch`, '/sessions/aa')).toEqual([]);
  });

  it('pages what it finds, and says so in its links', async () => {
    const pages = await api.pages(`/sessions/?${flags}=a%2Cb&restrict_flags=1%2C&per_page=2`);
    const names = pages.map(({ json }) => json.sessions.map((row) => row.session_h.slice(3)));
    expect(names).toEqual([
      ['a1', 'b1'],
      ['a1b1', 'a1b2'],
    ]);
    expect(pages.map(({ json }) => json.total_page)).toEqual([2, 2]);
    const { searchParams } = new URL(pages[0]?.json.next_url ?? '', 'http://host');
    expect([searchParams.get(flags), searchParams.get('restrict_flags')]).toEqual(['a,b', '1,']);
    expect((await api.get(`/sessions/?${flags}=a&per_page=2&page=3`)).status).toBe(404);
  });

  it('keeps repeated parameters apart in its links', async () => {
    const pages = await api.pages(`/sessions/?${flags}=x%2Cy&${flags}=a&per_page=1`);
    const names = pages.flatMap(({ json }) => json.sessions.map((row) => row.session_h.slice(3)));
    expect(names).toEqual(['a1', 'a2', 'a1b1', 'a1b2', 'comma']);
  });

  it('keeps a plus a plus through its links', async () => {
    const pages = await api.pages(`/sessions/?${flags}=torch&restrict_flags=2.1.0+cu118&per_page=1`);
    expect(pages).toHaveLength(2);
  });
});

it('restrict_flags and method alone filter nothing', async () => {
  expect(await found('restrict_flags=1')).toEqual(all);
  expect(await found('method=match_all')).toEqual(all);
});
