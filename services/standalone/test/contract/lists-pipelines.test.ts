import { build, context, hash, metric, readContext, readSession, session } from '@monitor-server/testing';
import { describe, expect, it } from 'vitest';
import { standalone } from './standalone.ts';

const { api } = await standalone({ pageSize: 100 });

const names = async (
  path: string,
  key: 'components' | 'pipelines' | 'builds' | 'sessions',
): Promise<unknown> => {
  const { status, json } = await api.get(path);
  return status === 204 ? [] : json[key];
};
const items = async (path: string): Promise<string[]> => {
  const { status, json } = await api.get(path);
  return status === 204 ? [] : json.metrics.map((row) => row.item);
};

describe('pipelines, builds and their sessions', () => {
  const [p, q] = [hash(), hash()];
  const rows = [
    session({ session_h: `1${p}`, description: build(q, '9') }),
    session({ session_h: `2${p}`, description: build(p, '10') }),
    session({ session_h: `3${p}`, description: build(p, '9') }),
    session({ session_h: `4${p}`, description: build(p, '10') }),
    session({ session_h: `5${p}`, description: { note: p } }),
    session({ session_h: `6${p}`, description: { pipeline_branch: p } }),
    session({ session_h: `7${p}`, description: { pipeline_build_no: '10' } }),
  ];

  it('are listed in the order in which their sessions were posted, each once', async () => {
    await api.store('/sessions/', rows);
    expect(await names('/pipelines/', 'pipelines')).toEqual([q, p]);
    expect(await names(`/pipelines/${p}/builds`, 'builds')).toEqual(['10', '9']);
    expect(await names(`/pipelines/${q}/builds`, 'builds')).toEqual(['9']);
    expect(await names(`/pipelines/${p}/builds/10/sessions`, 'sessions')).toEqual([`2${p}`, `4${p}`]);
    expect(await names(`/pipelines/${p}/builds/9/sessions`, 'sessions')).toEqual([`3${p}`]);
    expect(await names(`/pipelines/${p.toUpperCase()}/builds`, 'builds')).toEqual([]);
    expect(await names(`/pipelines/${p.slice(1)}/builds`, 'builds')).toEqual([]);
  });

  it('are listed by the first metric within a component', async () => {
    const component = hash();
    // Posted against the order of the sessions.
    const order = [3, 6, 5, 4, 1, 3, 0, 2, 1];
    await api.store(
      '/metrics/',
      order.map((i) => metric({ component, session_h: rows[i]?.session_h ?? '' })),
    );
    await api.store('/metrics/', [metric({ component: `${component}x`, session_h: `1${p}` })]);
    const base = `/components/${component}/pipelines`;
    expect(await names(base, 'pipelines')).toEqual([p, q]);
    expect(await names(`${base}/${p}/builds`, 'builds')).toEqual(['10', '9']);
    expect(await names(`${base}/${p}/builds/10/sessions`, 'sessions')).toEqual([`4${p}`, `2${p}`]);
    expect(await names(`${base}/${q}/builds/9/sessions`, 'sessions')).toEqual([`1${p}`]);
    expect(await names(`${base}/${q}/builds/10/sessions`, 'sessions')).toEqual([]);
    expect(await names(`/components/${component}x/pipelines`, 'pipelines')).toEqual([q]);
    expect(await names('/components/none/pipelines', 'pipelines')).toEqual([]);
  });
});

describe('metrics that come before their session and context', () => {
  const late = session({ scm_ref: hash(), description: build(hash(), '7') });
  const lateContext = context();
  const component = hash();
  const branch = late.description['pipeline_branch'] ?? '';
  const [other, otherContext] = [session(), context()];
  const rows = ['first', 'second'].map((item, i) =>
    metric({ item, session_h: late.session_h, context_h: lateContext.h, component, mem_usage: 1e9 + i }),
  );

  const inAll = [
    '/metrics/?page=-1',
    `/sessions/${late.session_h}/metrics`,
    `/contexts/${lateContext.h}/metrics`,
    `/components/${component}/metrics`,
  ];
  const inSession = [`/filters/scm/${late.scm_ref}/metrics`];
  const ranked = [
    `/resources/memory/pipelines/${branch}/tail/metrics`,
    `/resources/memory/pipelines/${branch}/builds/7/tail/metrics`,
  ];

  it('are in every list that needs neither, and only there', async () => {
    const before = (await api.get('/sessions/count')).json.count;
    await api.store('/metrics/', rows);
    for (const path of inAll) expect((await items(path)).slice(-2)).toEqual(['first', 'second']);
    expect(await items(`/resources/memory/components/${component}/tail/metrics`)).toEqual([
      'first',
      'second',
    ]);
    expect((await api.get(`/sessions/${late.session_h}/metrics/count`)).json).toEqual({ count: 2 });
    expect((await api.get(`/contexts/${lateContext.h}/metrics/count`)).json).toEqual({ count: 2 });
    expect(await names('/components/', 'components')).toContain(component);
    for (const path of [...inSession, ...ranked]) expect(await items(path)).toEqual([]);
    // A hash nobody has posted is no session and no context.
    expect((await api.get('/sessions/count')).json.count).toBe(before);
    expect((await api.get(`/sessions/${late.session_h}`)).status).toBe(204);
    expect((await api.get(`/contexts/${lateContext.h}`)).status).toBe(204);
    expect((await api.get('/contexts/count')).json.count).toBe(0);
    expect((await api.get('/contexts/')).status).toBe(204);
    expect(JSON.stringify((await api.get('/sessions/')).json)).not.toContain(late.session_h);
    expect(await names(`/components/${component}/pipelines`, 'pipelines')).toEqual([]);
  });

  it('are everywhere once both have come, which stand where their own post put them', async () => {
    await api.store('/sessions/', [other, late]);
    await api.store('/contexts/', [otherContext, lateContext]);
    for (const path of [...inAll, ...inSession, ...ranked]) {
      expect([path, (await items(path)).slice(-2)]).toEqual([path, ['first', 'second']]);
    }
    expect((await api.get(`/filters/scm/${late.scm_ref}/metrics/count`)).json).toEqual({ count: 2 });
    expect((await api.get(`/filters/scm/${late.scm_ref}/sessions`)).json.sessions).toEqual([
      readSession(late),
    ]);
    expect((await api.get('/sessions/')).json.sessions.slice(-2)).toEqual([other, late].map(readSession));
    expect((await api.get('/contexts/')).json.contexts).toEqual([otherContext, lateContext].map(readContext));
    expect((await api.get('/contexts/count')).json).toEqual({ count: 2 });
    expect((await api.get(`/sessions/${late.session_h}/metrics/count`)).json).toEqual({ count: 2 });
    expect(
      (await api.get('/sessions/?with_flags=pipeline_branch&restrict_flags='.concat(branch))).json.sessions,
    ).toEqual([readSession(late)]);
    const base = `/components/${component}/pipelines`;
    expect(await names('/pipelines/', 'pipelines')).toContain(branch);
    expect(await names(`/pipelines/${branch}/builds`, 'builds')).toEqual(['7']);
    expect(await names(`/pipelines/${branch}/builds/7/sessions`, 'sessions')).toEqual([late.session_h]);
    expect(await names(base, 'pipelines')).toEqual([branch]);
    expect(await names(`${base}/${branch}/builds`, 'builds')).toEqual(['7']);
    expect(await names(`${base}/${branch}/builds/7/sessions`, 'sessions')).toEqual([late.session_h]);
  });

  it('take new metrics up as before', async () => {
    await api.store('/metrics/', [
      metric({ item: 'third', session_h: late.session_h, context_h: lateContext.h, component }),
    ]);
    for (const path of [...inAll, ...inSession]) expect((await items(path)).at(-1)).toBe('third');
    expect((await items(ranked[0] ?? '')).length).toBe(3);
  });
});
