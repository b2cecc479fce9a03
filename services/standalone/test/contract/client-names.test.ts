import { build, hash, metric, request, session, type SessionPost } from '@monitor-server/testing';
import { beforeAll, describe, expect, it } from 'vitest';
import { encodedNames, rawNames } from './names.ts';
import { requested, requestedFormerly } from './python.ts';
import { standalone } from './standalone.ts';

const { api, server } = await standalone();

const names = [...rawNames, ...encodedNames];
const short = (name: string): string => (name.length > 40 ? `${name.slice(0, 40)}…` : name);
const titled = (list: string[]) => list.map((name) => ({ name, title: JSON.stringify(short(name)) }));

// Every name stands in every place a path can name: each route must find one row of its own.
const sessions: SessionPost[] = names.map((name) =>
  session({ session_h: name, scm_ref: name, description: build(name, name) }),
);
const metrics = names.map((name) =>
  metric({ session_h: name, context_h: name, item: name, item_variant: name, kind: name, component: name }),
);

beforeAll(async () => {
  await api.store('/sessions/', sessions);
  await api.store('/metrics/', metrics);
  await api.arrived({ metrics: metrics.length, sessions: sessions.length });
});

/** Every route with one name or more, and what the name gives there; `n` is the name as it goes into the path. */
const places: Record<string, (n: string) => string> = {
  'a session': (n) => `/sessions/${n}/metrics`,
  'a session, as it was spelled': (n) => `/session/${n}/metrics`,
  'a context': (n) => `/contexts/${n}/metrics`,
  'an item': (n) => `/items/${n}/metrics`,
  'a variant': (n) => `/variants/${n}/metrics`,
  'a scope': (n) => `/filters/scope/${n}/metrics`,
  'a component': (n) => `/components/${n}/metrics`,
  'an item of a component': (n) => `/components/${n}/items/${n}/metrics`,
  'a variant of a component': (n) => `/components/${n}/variants/${n}/metrics`,
  'the ranking of a component': (n) => `/resources/memory/components/${n}/head/9/metrics`,
  'the ranking of a pipeline': (n) => `/resources/memory/pipelines/${n}/tail/metrics`,
  'the ranking of a build': (n) => `/resources/memory/pipelines/${n}/builds/${n}/head/metrics`,
};
const hashPlaces: Record<string, (n: string) => string> = {
  'a build': (n) => `/pipelines/${n}/builds/${n}/sessions`,
  'a build of a component': (n) => `/components/${n}/pipelines/${n}/builds/${n}/sessions`,
};
const buildPlaces: Record<string, (n: string) => string> = {
  'a pipeline': (n) => `/pipelines/${n}/builds`,
  'a pipeline of a component': (n) => `/components/${n}/pipelines/${n}/builds`,
};
const likePlaces: Record<string, (n: string) => string> = {
  'a pattern of items': (n) => `/items/like/${n}/metrics`,
  'a pattern of variants': (n) => `/variants/like/${n}/metrics`,
};

/** A head has 16 KiB for all: the longest names go in once, and only as long as they fit. */
const fits = (path: string): boolean => path.length < 15_000;

const same = (got: unknown, wanted: unknown): boolean => JSON.stringify(got) === JSON.stringify(wanted);

const answers = new Map<string, ReturnType<typeof api.get<Record<string, unknown>>>>();

/** The answer to a path. Many spellings of a name are the same to the letter: they are asked once. */
const ask = (path: string) => {
  const answer = answers.get(path) ?? api.get<Record<string, unknown>>(path);
  answers.set(path, answer);
  return answer;
};

/** What is wrong with the answers for `name`, spelled into the paths by `spell`. */
const faults = async (name: string, spell: (place: (n: string) => string) => string): Promise<string[]> => {
  const found: string[] = [];
  const read = async (place: (n: string) => string, isRight: (json: Record<string, unknown>) => boolean) => {
    const path = spell(place);
    if (!fits(path)) return;
    const { status, json, text } = await ask(path);
    if (status !== 200 || !isRight(json)) found.push(`${short(path)}: ${status} ${text.slice(0, 300)}`);
  };
  const row = metrics[names.indexOf(name)];
  const rows = names
    .map((_, i) => metrics[i])
    .filter((one) => one?.item.toLowerCase().includes(name.toLowerCase()));
  for (const place of Object.values(places)) await read(place, (json) => same(json['metrics'], [row]));
  for (const place of Object.values(hashPlaces)) await read(place, (json) => same(json['sessions'], [name]));
  for (const place of Object.values(buildPlaces)) {
    await read(place, (json) => same(json['builds'], [name]) && json['pipeline'] === name);
  }
  for (const place of Object.values(likePlaces)) await read(place, (json) => same(json['metrics'], rows));
  return found;
};

describe('a name as requests sends it', () => {
  it.each(titled(rawNames))('finds its rows: $title', async ({ name }) => {
    expect(await faults(name, (place) => requested(place(name)))).toEqual([]);
  });

  it.each(titled(rawNames))('finds its rows, from an older release: $title', async ({ name }) => {
    expect(await faults(name, (place) => requestedFormerly(place(name)))).toEqual([]);
  });
});

describe('a percent-encoded name', () => {
  it.each(titled(names))('finds its rows: $title', async ({ name }) => {
    expect(await faults(name, (place) => place(encodeURIComponent(name)))).toEqual([]);
  });

  it.each(titled(encodedNames))('may be encoded to the last letter: $title', async ({ name }) => {
    const all = [...Buffer.from(name)].map((byte) => `%${byte.toString(16).padStart(2, '0')}`).join('');
    expect(await faults(name, (place) => place(all))).toEqual([]);
  });
});

describe('a prefix', () => {
  it.each(titled(rawNames.filter((name) => name !== 'metrics')))(
    'may hold anything: $title',
    async ({ name }) => {
      const starting = <T>(rows: T[]) => rows.filter((_, i) => names[i]?.startsWith(name));
      const n = encodeURIComponent(name);
      const hashes = (await api.get(`/sessions/${n}`)).json.sessions.map((row) => row.session_h);
      expect(hashes).toEqual(starting(names));
      expect((await api.get(`/components/${n}`)).json.components).toEqual(starting(names));
      expect((await api.get(`/filters/scm/${n}/metrics`)).json.metrics).toEqual(starting(metrics));
    },
  );

  it('may hold a raw slash', async () => {
    expect((await api.get('/components/feature/x')).json.components).toEqual(['feature/x']);
    expect((await api.get('/sessions/feature/x')).json.sessions).toHaveLength(1);
  });
});

describe('readings of a raw path', () => {
  it('leave slashes at the edges of a name to it', async () => {
    for (const name of ['/before', 'after/']) {
      const { json } = await api.get(`/items/${name}/metrics`);
      expect([name, json?.metrics]).toEqual([name, metrics.filter(({ item }) => item === name)]);
    }
  });

  it('prefer names without a raw slash, then fixed words', async () => {
    const item = hash();
    const rows = [metric({ item: `like/${item}` }), metric({ item: `a${item}b` }), metric({ item: 'x' })];
    await api.store('/metrics/', rows);
    // Both `like` and an item with a slash fit; the encoded one can only be an item.
    expect((await api.get(`/items/like/${item}/metrics`)).json.metrics).toEqual(rows.slice(0, 2));
    expect((await api.get(`/items/like%2F${item}/metrics`)).json.metrics).toEqual(rows.slice(0, 1));
    // The short form of `like` fits as well, with the pattern `metrics`.
    expect((await api.get('/items/like/metrics')).json.metrics.map((row) => row.item)).toEqual(['like']);
    expect((await api.get('/sessions/count')).json.count).toBe(sessions.length);
  });

  it('take a query for a part of the path only where it must be', async () => {
    const all = await api.get('/metrics/?page=1');
    const asked = await api.get('/metrics/?page=1&note=a/b');
    expect([asked.status, asked.json.metrics]).toEqual([200, all.json.metrics]);
    const { json } = await api.get('/variants/q?x=1&y=2/metrics');
    expect(json.metrics).toEqual(metrics.filter((row) => row.item_variant === 'q?x=1&y=2'));
  });

  it('keep a lone % and a raw +', async () => {
    for (const name of ['100%', '%zz', '%%', 'c++', '2.1.0+cu118']) {
      const { json } = await api.get(`/items/${name}/metrics`);
      expect([name, json?.metrics]).toEqual([name, metrics.filter(({ item }) => item === name)]);
    }
  });
});

describe('a long head', () => {
  it('is read up to 16 KiB, and refused above', async () => {
    const item = 'y'.repeat(15_000);
    await api.store('/metrics/', [metric({ item })]);
    expect((await api.get(`/items/${item}/metrics/count`)).json.count).toBe(1);
    for (const length of [17_000, 40_000]) {
      const { status } = await request(server.base, `/api/v1/items/${'y'.repeat(length)}/metrics`);
      expect([414, 431]).toContain(status);
    }
  });
});
