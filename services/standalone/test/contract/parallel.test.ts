import { build, context, hash, metric, request, session, type Answer } from '@monitor-server/testing';
import { describe, expect, it } from 'vitest';
import { crowd, standalone } from './standalone.ts';

const { api, server } = await standalone({ workers: 2 });

/** As pytest-monitor posts: every request on a connection of its own. */
const post = (path: string, row: unknown): Promise<Answer> =>
  request(server.base, `/api/v1${path}`, {
    method: 'POST',
    body: JSON.stringify(row),
    headers: { 'content-type': 'application/json' },
  });

const tally = (answers: Answer[]): Record<number, number> => {
  const counts: Record<number, number> = {};
  for (const { status } of answers) counts[status] = (counts[status] ?? 0) + 1;
  return counts;
};

describe('64 clients at the same moment', () => {
  it('post the same context and session: 64 times 201, one row', async () => {
    const [c, s] = [context(), session()];
    const before = [
      (await api.get('/contexts/count')).json.count,
      (await api.get('/sessions/count')).json.count,
    ];
    const answers = await Promise.all(
      Array.from({ length: 64 }, async () => [await post('/contexts/', c), await post('/sessions/', s)]),
    );
    expect(tally(answers.flat())).toEqual({ 201: 128 });
    expect((await api.get(`/contexts/${c.h}`)).json.contexts).toHaveLength(1);
    expect((await api.get(`/sessions/${s.session_h}`)).json.sessions).toHaveLength(1);
    const after = [
      (await api.get('/contexts/count')).json.count,
      (await api.get('/sessions/count')).json.count,
    ];
    expect(after).toEqual(before.map((count) => count + 1));
  });

  it('post one session with contents of their own: one of them is stored, whole', async () => {
    const session_h = hash();
    const rows = Array.from({ length: 64 }, (_, i) =>
      session({ session_h, scm_ref: `scm${i}`, description: build(`branch${i}`, String(i)) }),
    );
    const answers = await Promise.all(rows.map((row) => post('/sessions/', row)));
    expect(tally(answers)).toEqual({ 201: 64 });
    const { sessions } = (await api.get(`/sessions/${session_h}`)).json;
    expect(sessions).toHaveLength(1);
    const i = sessions[0]?.scm_ref?.slice(3);
    expect(sessions[0]?.tags.map(({ value }) => value)).toEqual([`branch${i}`, i, 'jenkinsci']);
    expect((await api.get(`/pipelines/branch${i}/builds/${i}/sessions`)).json.sessions).toEqual([session_h]);
  });

  it('run a session each as the plugin does, metrics overtaking the session', async () => {
    const component = hash();
    const c = context();
    const workers = Array.from({ length: 64 }, () =>
      session({ scm_ref: component, description: build(component, '1') }),
    );
    const answers = await Promise.all(
      workers.flatMap((s) => [
        ...[1, 2].map((i) =>
          post('/metrics/', metric({ session_h: s.session_h, context_h: c.h, component, item: `${i}` })),
        ),
        post('/contexts/', c),
        post('/sessions/', s),
      ]),
    );
    expect(tally(answers)).toEqual({ 201: 256 });
    expect((await api.get(`/filters/scm/${component}/metrics/count`)).json).toEqual({ count: 128 });
    expect((await api.get(`/components/${component}/metrics`)).json.metrics).toHaveLength(128);
    expect((await api.get(`/contexts/${c.h}/metrics/count`)).json).toEqual({ count: 128 });
    const hashes = await api.get<{ sessions: string[] }>(
      `/components/${component}/pipelines/${component}/builds/1/sessions`,
    );
    expect(hashes.json.sessions.sort()).toEqual(workers.map((s) => s.session_h).sort());
  });
});

const posts = crowd(2000);

describe('many posts on new connections', () => {
  it(`are ${posts} times 201 and ${posts} rows, each once`, async () => {
    const [session_h, context_h] = [hash(), hash()];
    const rows = Array.from({ length: posts }, (_, i) => metric({ session_h, context_h, item: `item ${i}` }));
    const answers: Answer[] = [];
    // 250 at once is what the queues of a listening socket take anywhere.
    for (let start = 0; start < rows.length; start += 250) {
      answers.push(
        ...(await Promise.all(rows.slice(start, start + 250).map((row) => post('/metrics/', row)))),
      );
    }
    expect(tally(answers)).toEqual({ 201: posts });
    expect((await api.get(`/sessions/${session_h}/metrics/count`)).json).toEqual({ count: posts });
    const pages = await api.pages(`/sessions/${session_h}/metrics`);
    const items = pages.flatMap((page) => page.json.metrics.map((row) => row.item));
    expect(items).toHaveLength(posts);
    expect(new Set(items).size).toBe(posts);
  });
});
