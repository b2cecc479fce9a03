import { context, hash, metric, request, session, type Answer, type Body } from '@monitor-server/testing';
import { describe, expect, it } from 'vitest';
import { standalone } from './standalone.ts';

const { api, server } = await standalone({ workers: 2 });

type Row = { path: string; body: object };

/** Posts rows on four connections until told to end; resolves with how many were stored. */
const write = (rows: () => Row): { end: () => Promise<number> } => {
  const over = new AbortController();
  const writer = async (): Promise<number> => {
    let stored = 0;
    while (!over.signal.aborted) {
      const { path, body } = rows();
      const { status } = await request(server.base, `/api/v1${path}`, {
        method: 'POST',
        body: JSON.stringify(body),
        headers: { 'content-type': 'application/json' },
      });
      if (status !== 201) throw new Error(`${path}: ${status}`);
      stored++;
    }
    return stored;
  };
  const writers = Array.from({ length: 4 }, writer);
  return {
    end: async () => {
      over.abort();
      return (await Promise.all(writers)).reduce((sum, stored) => sum + stored, 0);
    },
  };
};

const items = (json: Body): string[] => json.metrics.map((row) => row.item);
const hashes = (json: Body): string[] => json.sessions.map((row) => row.session_h);

const newMetric = (component: string): Row => ({
  path: '/metrics/',
  body: metric({ component, item: hash(), item_variant: hash() }),
});
const newSession = (scm_ref: string): Row => ({ path: '/sessions/', body: session({ scm_ref }) });
const newContext = (): Row => ({ path: '/contexts/', body: context() });

describe('a reader that follows links while four connections write', () => {
  // Those over everything come first, while there is not much.
  it.each<[path: string, row: (name: string) => Row, names: (json: Body) => string[]]>([
    ['/metrics/?per_page=3', newMetric, items],
    ['/sessions/?per_page=3', newSession, hashes],
    ['/contexts/?per_page=3', newContext, (json) => json.contexts.map((row) => row.h)],
    ['/components/NAME/metrics?per_page=3', newMetric, items],
    ['/components/NAME/metrics?per_page=3&since=2024-01-01', newMetric, items],
    ['/filters/scm/NAME/sessions?per_page=3', newSession, hashes],
  ])('misses nothing that was there, and sees nothing twice: %s', async (template, row, names) => {
    const name = hash();
    const path = template.replace('NAME', name);
    const made = Array.from({ length: 90 }, () => row(name));
    await api.store(
      made[0]?.path ?? '',
      made.map(({ body }) => body),
    );
    const whole = path.replace('per_page=3', 'per_page=5000');
    const there = names((await api.get(whole)).json);
    expect(there).toHaveLength(90);

    const writing = write(() => row(name));
    const seen: string[] = [];
    // Writers that are quicker than the reader never let it come to the end: it reads well beyond what was there.
    for (let next: string | null = path; next !== null && seen.length < there.length + 60;) {
      const { status, json }: Answer = await api.get(next);
      expect(status).toBe(200);
      seen.push(...names(json));
      next = json.next_url?.replace('/api/v1', '') ?? null;
    }
    const written = await writing.end();

    expect(written).toBeGreaterThan(0);
    expect(new Set(seen).size).toBe(seen.length);
    expect(seen.slice(0, there.length)).toEqual(there);
    const now = names((await api.get(whole)).json);
    expect(now).toHaveLength(Math.min(there.length + written, 5000));
    expect(now.slice(0, seen.length)).toEqual(seen);
  });

  it('turns pages by number as well', async () => {
    const there = items((await api.get('/metrics/?per_page=5000')).json);
    const writing = write(() => newMetric('other'));
    const seen: string[] = [];
    for (let page = 1; page <= Math.ceil(there.length / 50); page++) {
      seen.push(...items((await api.get(`/metrics/?per_page=50&page=${page}`)).json));
    }
    await writing.end();
    expect(seen.slice(0, there.length)).toEqual(there);
    expect(new Set(seen).size).toBe(seen.length);
  });
});
