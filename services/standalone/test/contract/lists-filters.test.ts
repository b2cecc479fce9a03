import { context, hash, metric, session } from '@monitor-server/testing';
import { beforeAll, describe, expect, it } from 'vitest';
import { standalone } from './standalone.ts';

const { api } = await standalone();

/** The marks of the metrics a list holds; every row of this file carries its own in `item_path`. */
const marks = async (path: string): Promise<string[]> => {
  const { status, json } = await api.get(path);
  expect([path, [200, 204].includes(status)]).toEqual([path, true]);
  return status === 204 ? [] : json.metrics.map((row) => row.item_path);
};

const e = encodeURIComponent;
const fold = (text: string): string => text.replaceAll(/[A-Z]/g, (letter) => letter.toLowerCase());

describe('items and variants', () => {
  const names = [
    'Alpha',
    'alpha',
    'alphabet',
    'an alpha',
    'a%b',
    'a_b',
    'axb',
    'É',
    'é',
    'E',
    '\u212A',
    'k',
    'ß',
    'SS',
    'İ',
    'ı',
    'a*b',
    'a\\b',
  ];
  const mark = hash();
  const within = (holds: (name: string) => boolean) => names.filter(holds).map((name) => `${mark}${name}`);

  beforeAll(() =>
    api.store(
      '/metrics/',
      names.map((name) => metric({ item: name, item_variant: `v${name}`, item_path: mark + name })),
    ),
  );

  it('are exact in their own lists', async () => {
    for (const name of names) {
      expect(await marks(`/items/${e(name)}/metrics`)).toEqual([mark + name]);
      expect(await marks(`/variants/${e(`v${name}`)}/metrics`)).toEqual([mark + name]);
      expect((await api.get(`/items/${e(name)}/metrics/count`)).json).toEqual({ count: 1 });
      expect((await api.get(`/variants/${e(`v${name}`)}/metrics/count`)).json).toEqual({ count: 1 });
    }
    for (const name of ['ALPHA', 'alph', 'alpha%', 'a?b', '%', '_', '*']) {
      expect(await marks(`/items/${e(name)}/metrics`)).toEqual([]);
    }
  });

  it.each([
    'alpha',
    'ALPHA',
    'lph',
    'a%b',
    '%',
    '_',
    'a_b',
    '*',
    '\\',
    'é',
    'É',
    'e',
    'k',
    'K',
    '\u212A',
    'ss',
    'ß',
    'i',
    'İ',
    'an A',
    'nothing',
  ])('are found by a part, without letter case in ASCII: %s', async (pattern) => {
    const wanted = within((name) => fold(name).includes(fold(pattern)));
    for (const path of [`/items/like/${e(pattern)}/metrics`, `/items/like/${e(pattern)}`]) {
      expect((await marks(path)).filter((path) => path.startsWith(mark))).toEqual(wanted);
    }
    const variants = within((name) => `v${fold(name)}`.includes(fold(pattern)));
    for (const path of [`/variants/like/${e(pattern)}/metrics`, `/variants/like/${e(pattern)}`]) {
      expect((await marks(path)).filter((path) => path.startsWith(mark))).toEqual(variants);
    }
  });

  it('are asked for within a component, or without one', async () => {
    const item = hash();
    const rows = ['one', 'two', ''].map((component) =>
      metric({ item, item_variant: item, component, item_path: `in ${component}` }),
    );
    await api.store('/metrics/', [...rows, metric({ component: 'one' })]);
    for (const kind of ['items', 'variants']) {
      expect(await marks(`/components/one/${kind}/${item}/metrics`)).toEqual(['in one']);
      expect(await marks(`/components/ONE/${kind}/${item}/metrics`)).toEqual([]);
      expect(await marks(`/components/${kind}/${item}/metrics`)).toEqual(['in ']);
      expect(await marks(`/components//${kind}/${item}/metrics`)).toEqual(['in ']);
      expect(await marks(`/${kind}/${item}/metrics`)).toEqual(['in one', 'in two', 'in ']);
    }
  });
});

describe('scope', () => {
  it('is the exact kind', async () => {
    const kind = hash();
    const kinds = [kind, kind, `${kind}x`, kind.toUpperCase()];
    await api.store(
      '/metrics/',
      kinds.map((kind, i) => metric({ kind, item_path: `${i}` })),
    );
    expect(await marks(`/filters/scope/${kind}/metrics`)).toEqual(['0', '1']);
    expect((await api.get(`/filters/scope/${kind}/metrics/count`)).json).toEqual({ count: 2 });
    expect(await marks(`/filters/scope/${kind.slice(1)}/metrics`)).toEqual([]);
  });
});

describe('scm', () => {
  it('is the start of the reference, exactly', async () => {
    const scm = `v-${hash()}`;
    const refs = [scm, `${scm}1`, `${scm}22`, `x${scm}`, scm.toUpperCase(), `${scm.slice(0, 9)}%`, null, ''];
    const sessions = refs.map((scm_ref) => session({ scm_ref }));
    await api.store('/sessions/', sessions);
    await api.store(
      '/metrics/',
      sessions.map(({ session_h }, i) => metric({ session_h, item_path: `${i}` })),
    );
    expect(await marks(`/filters/scm/${scm}/metrics`)).toEqual(['0', '1', '2']);
    expect((await api.get(`/filters/scm/${scm}/metrics/count`)).json).toEqual({ count: 3 });
    const { json } = await api.get(`/filters/scm/${scm}/sessions`);
    expect(json.sessions.map((row) => row.session_h)).toEqual(
      sessions.slice(0, 3).map((row) => row.session_h),
    );
    expect(await marks(`/filters/scm/${e(`${scm.slice(0, 9)}%`)}/metrics`)).toEqual(['5']);
    expect(await marks(`/filters/scm/${e(`${scm}_`)}/metrics`)).toEqual([]);
  });
});

describe('a prefix of a hash or a component', () => {
  it('is exact, and no pattern', async () => {
    const start = `Ab_%${hash()}`;
    const ends = ['', '0', '00', '01', '1'];
    await api.store(
      '/sessions/',
      ends.map((end) => session({ session_h: start + end })),
    );
    await api.store(
      '/contexts/',
      ends.map((end) => context({ h: start + end })),
    );
    await api.store(
      '/metrics/',
      ends.map((component) => metric({ component: start + component })),
    );
    for (const [resource, names] of [
      ['sessions', async (path: string) => (await api.get(path)).json?.sessions.map((row) => row.session_h)],
      ['contexts', async (path: string) => (await api.get(path)).json?.contexts.map((row) => row.h)],
      ['components', async (path: string) => (await api.get(path)).json?.components],
    ] as const) {
      const starting = (end: string) =>
        ends.filter((other) => other.startsWith(end)).map((other) => start + other);
      for (const end of ends) expect(await names(`/${resource}/${e(start + end)}`)).toEqual(starting(end));
      for (const other of [
        start.toLowerCase(),
        start.replace('_', 'x'),
        start.replace('%', '%%'),
        `${start}2`,
        start.slice(1),
      ]) {
        expect((await api.get(`/${resource}/${e(other)}`)).status).toBe(204);
      }
    }
  });
});

describe('components', () => {
  it('are each listed once, by their first metric, without the empty one', async () => {
    const start = hash();
    const names = ['z', 'a', 'z', '', 'm', 'a', ' '].map((name) => (name === '' ? '' : `${start}${name}`));
    const before = (await api.get('/components/count')).json.count;
    await api.store(
      '/metrics/',
      names.map((component) => metric({ component })),
    );
    expect((await api.get(`/components/${start}`)).json.components).toEqual(
      ['z', 'a', 'm', ' '].map((name) => start + name),
    );
    expect((await api.get('/components/')).json.components).not.toContain('');
    expect((await api.get('/components/count')).json).toEqual({ count: before + 4 });
  });

  it('have metrics, and so have those without one', async () => {
    const component = hash();
    const rows = [component, '', component, `${component}x`].map((component, i) =>
      metric({ component, item_path: `${component} ${i}` }),
    );
    await api.store('/metrics/', rows);
    expect(await marks(`/components/${component}/metrics`)).toEqual([rows[0]?.item_path, rows[2]?.item_path]);
    for (const path of [
      '/components/metrics',
      '/components//metrics',
      '/components/metrics/',
      '/components///metrics',
    ]) {
      expect(await marks(path)).toContain(rows[1]?.item_path);
      expect(await marks(path)).not.toContain(rows[0]?.item_path);
    }
  });
});
