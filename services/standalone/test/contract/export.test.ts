import { once } from 'node:events';
import http from 'node:http';
import { gunzipSync } from 'node:zlib';
import { build, context, metric, session, type Metric } from '@monitor-server/testing';
import { beforeAll, describe, expect, it } from 'vitest';
import { standalone } from './standalone.ts';

const { api, server } = await standalone();

const [here, there] = [context(), context({ machine_node: 'elsewhere' })];
const main = session({ scm_ref: 'abc1', description: { ...build('main', '7'), note: 'a "b", c\n' } });
const nightly = session({ scm_ref: 'def2', description: build('nightly', '7') });

/** Of two sessions, two contexts, two components; the last one's session and context are never posted. */
const metrics: Metric[] = Array.from({ length: 12 }, (_, at) =>
  metric({
    session_h: (at % 2 === 0 ? main : nightly).session_h,
    context_h: (at % 3 === 0 ? here : there).h,
    item: `test_${at % 4}`,
    item_variant: `test_${at % 4}[${at},é]`,
    component: at % 5 === 0 ? '' : 'lib',
    kind: at === 4 ? 'module' : 'function',
    item_start_time: `2024-03-0${1 + (at % 3)}T10:00:00.5`,
    total_time: at / 8,
  }),
).concat(metric({ component: 'stray' }));

beforeAll(async () => {
  await api.store('/contexts/', [here, there]);
  await api.store('/sessions/', [main, nightly]);
  await api.store('/metrics/', metrics);
  await api.arrived({ metrics: metrics.length, sessions: 2, contexts: 2 });
});

const lines = (text: string): Record<string, unknown>[] =>
  text
    .split('\n')
    .filter((line) => line !== '')
    .map((line): Record<string, unknown> => JSON.parse(line));

const exported = async (query: string): Promise<Record<string, unknown>[]> => {
  const { status, text } = await api.get(`/export/metrics?${query}`);
  expect([query, status]).toEqual([query, 200]);
  return lines(text);
};

describe('an export', () => {
  it('has every metric as it was sent, one a line, in the order of storing', async () => {
    const { status, headers, text } = await api.get('/export/metrics');
    expect([status, headers['content-type']]).toEqual([200, 'application/x-ndjson; charset=utf-8']);
    expect(text.endsWith('\n')).toBe(true);
    expect(lines(text)).toEqual(metrics);
  });

  const of = (hold: (metric: Metric) => boolean) => metrics.filter(hold);
  it.each<[string, Metric[]]>([
    ['component=lib', of(({ component }) => component === 'lib')],
    ['component=', of(({ component }) => component === '')],
    ['pipeline=main', of(({ session_h }) => session_h === main.session_h)],
    ['pipeline=main&build=7', of(({ session_h }) => session_h === main.session_h)],
    ['pipeline=main&build=8', []],
    ['build=7', of(({ component }) => component !== 'stray')],
    ['scm=de', of(({ session_h }) => session_h === nightly.session_h)],
    [`session=${main.session_h}`, of(({ session_h }) => session_h === main.session_h)],
    [`context=${there.h}`, of(({ context_h }) => context_h === there.h)],
    ['item=test_1', of(({ item }) => item === 'test_1')],
    ['variant=test_1%5B5,%C3%A9%5D', of(({ item_variant }) => item_variant === 'test_1[5,é]')],
    ['kind=module', of(({ kind }) => kind === 'module')],
    [
      'since=2024-03-02&until=2024-03-03&component=lib',
      of((each) => each.component === 'lib' && each.item_start_time.startsWith('2024-03-02')),
    ],
    [
      `context=${here.h}&pipeline=main&item=test_2`,
      of((each) => each.context_h === here.h && each.session_h === main.session_h && each.item === 'test_2'),
    ],
    ['component=none', []],
  ])('with %s has what fits', async (query, wanted) => {
    expect(await exported(query)).toEqual(wanted);
  });

  it('joins what the session and the context say, or nulls until they are posted', async () => {
    const [first, ...rest] = await exported('join=session,context');
    expect(first).toMatchObject({
      run_date: main.run_date,
      scm_ref: 'abc1',
      pipeline: 'main',
      build: '7',
      tags: main.description,
      cpu_count: here.cpu_count,
      machine_node: here.machine_node,
    });
    expect(rest.at(-1)).toMatchObject({ component: 'stray', run_date: null, tags: null, cpu_count: null });
  });

  it('is CSV where that is asked for', async () => {
    const { headers, text } = await api.get('/export/metrics?format=csv&join=session&kind=module');
    expect(headers['content-type']).toBe('text/csv; charset=utf-8; header=present');
    const [names = '', ...rows] = text.split('\r\n');
    expect(names.split(',').slice(0, 14)).toEqual(Object.keys(metrics[0] ?? {}));
    expect(rows.join('\n')).toContain('"test_0[4,é]"');
    expect(rows.join('\n')).toContain(String.raw`"{""pipeline_branch"":""main""`);
  });

  it('is packed for those who take gzip', async () => {
    const { text: plain } = await api.get('/export/metrics');
    const call = http.get(`${server.base}/api/v1/export/metrics`, { headers: { 'accept-encoding': 'gzip' } });
    const [answer] = (await once(call, 'response')) as [http.IncomingMessage];
    expect(answer.headers['content-encoding']).toBe('gzip');
    const chunks: Buffer[] = [];
    for await (const chunk of answer) chunks.push(chunk as Buffer);
    expect(gunzipSync(Buffer.concat(chunks)).toString()).toBe(plain);
    const refused = await api.call('/export/metrics', { headers: { 'accept-encoding': 'gzip;q=0, br' } });
    expect(refused.headers['content-encoding']).toBeUndefined();
  });

  it('has headers alone for HEAD, and says what is wrong with a query', async () => {
    const head = await api.call('/export/metrics?format=csv', { method: 'HEAD' });
    expect([head.status, head.text, head.headers['content-length']]).toEqual([200, '', undefined]);
    const { status, json } = await api.get('/export/metrics?componnt=lib');
    expect([status, json.detail]).toEqual([400, expect.stringContaining('no parameter "componnt"')]);
  });
});
