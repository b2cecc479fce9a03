import {
  build,
  context,
  hash,
  metric,
  readContext,
  readSession,
  session,
  type Metric,
} from '@monitor-server/testing';
import { gzipSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { standalone } from './standalone.ts';

type Report = {
  accepted: number;
  rejected: number;
  metrics: number;
  sessions: number;
  contexts: number;
  errors: { line: number; detail: string; errors?: Record<string, string> }[];
};

const { api } = await standalone();

const ndjson = 'application/x-ndjson';
const load = (body: string | Uint8Array, headers: Record<string, string> = { 'content-type': ndjson }) =>
  api.call<Report>('/import', { method: 'POST', body, headers });

const line = (type: string, row: object): string => JSON.stringify({ type, ...row });
const lines = (rows: Metric[]): string => rows.map((row) => `${line('metric', row)}\n`).join('');

const withId = (row: Metric, id: string): string => `${line('metric', { ...row, id })}\n`;

/** Metrics of one new session, so that a test reads back its own alone. */
const fresh = (count: number): Metric[] => {
  const session_h = hash();
  return Array.from({ length: count }, (_, i) => metric({ session_h, item: `item ${i}` }));
};
const stored = async (session_h = ''): Promise<Metric[]> => {
  const { status, json } = await api.get(`/sessions/${session_h}/metrics`);
  return status === 204 ? [] : json.metrics;
};
const report = (given: Partial<Report>): Report => ({
  accepted: 0,
  rejected: 0,
  metrics: 0,
  sessions: 0,
  contexts: 0,
  errors: [],
  ...given,
});

describe('an import', () => {
  it('stores metrics, sessions and contexts, in any order, and counts them', async () => {
    const rows = fresh(3);
    const s = session({ session_h: rows[0]?.session_h ?? '', description: build(hash(), '1') });
    const c = context({ h: rows[0]?.context_h ?? '' });
    const body = [
      line('metric', rows[0] ?? {}),
      line('session', s),
      line('metric', rows[1] ?? {}),
      line('context', c),
      line('metric', rows[2] ?? {}),
    ];
    const { status, headers, json } = await load(`${body.join('\n')}\n`);
    expect([status, json]).toEqual([200, report({ accepted: 5, metrics: 3, sessions: 1, contexts: 1 })]);
    expect(headers['content-type']).toMatch('application/json');
    expect(await stored(s.session_h)).toEqual(rows);
    expect((await api.get(`/sessions/${s.session_h}`)).json.sessions).toEqual([readSession(s)]);
    expect((await api.get(`/contexts/${c.h}`)).json.contexts).toEqual([readContext(c)]);
    const branch = s.description['pipeline_branch'] ?? '';
    expect((await api.get(`/pipelines/${branch}/builds/1/sessions`)).json.sessions).toEqual([s.session_h]);
  });

  it.each([ndjson, 'application/jsonl', 'application/json', `${ndjson}; charset=utf-8`, undefined])(
    'may be of type %s',
    async (type) => {
      const rows = fresh(2);
      const { status, json } = await load(lines(rows), type === undefined ? {} : { 'content-type': type });
      expect([status, json]).toEqual([200, report({ accepted: 2, metrics: 2 })]);
      expect(await stored(rows[0]?.session_h)).toEqual(rows);
    },
  );

  it.each(['text/plain', 'text/csv', 'multipart/form-data; boundary=x', 'application/x-www-form-urlencoded'])(
    'is refused as %s',
    async (type) => {
      expect((await load(lines(fresh(1)), { 'content-type': type })).status).toBe(415);
    },
  );

  it('may be compressed', async () => {
    const rows = fresh(200);
    const headers = { 'content-type': ndjson, 'content-encoding': 'gzip' };
    const { status, json } = await load(gzipSync(lines(rows)), headers);
    expect([status, json]).toEqual([200, report({ accepted: 200, metrics: 200 })]);
    expect(await stored(rows[0]?.session_h)).toEqual(rows);
  });

  it('is told when its compression is broken or unknown', async () => {
    const headers = { 'content-type': ndjson, 'content-encoding': 'gzip' };
    const packed = gzipSync(lines(fresh(50)));
    for (const body of [Buffer.from('no gzip at all'), packed.subarray(0, packed.length - 20)]) {
      const { status } = await load(body, headers);
      expect([200, 400]).toContain(status);
    }
    const { status } = await load(lines(fresh(1)), { ...headers, 'content-encoding': 'compress' });
    expect([400, 415]).toContain(status);
    expect((await api.get('/metrics/count')).status).toBe(200);
  });

  it('may be empty', async () => {
    for (const body of ['', '\n', '\r\n\n  \n']) expect((await load(body)).json).toEqual(report({}));
  });

  it('does without a last newline, and with blank lines and CRLF', async () => {
    const rows = fresh(3);
    const body = `\n\r\n${lines(rows).trimEnd().replaceAll('\n', '\r\n\r\n  \n')}`;
    expect((await load(body)).json).toEqual(report({ accepted: 3, metrics: 3 }));
    expect(await stored(rows[0]?.session_h)).toEqual(rows);
  });

  it('reads what a post reads: aliases, descriptions in order, odd texts', async () => {
    const [row = metric()] = fresh(1);
    const { context_h, total_time, ...rest } = { ...row, item: 'é 😀 \u2028 "\\"' };
    const session_h = hash();
    const body = [
      line('metric', { ...rest, ctx_h: context_h, wall_time: total_time, unknown: 1 }),
      `{"type":"session","h":"${session_h}","run_date":"2024-03-01","description":{"b":1.0,"10":true,"2":"x"}}`,
    ];
    expect((await load(body.join('\n'))).json).toMatchObject({ accepted: 2, rejected: 0 });
    expect(await stored(row.session_h)).toEqual([{ ...row, item: rest.item }]);
    const { json } = await api.get(`/sessions/${session_h}`);
    expect(json.sessions[0]?.tags.map(({ name, value }) => [name, value])).toEqual([
      ['b', '1.0'],
      ['10', 'True'],
      ['2', 'x'],
    ]);
  });
});

describe('bad lines', () => {
  it('never stop good ones, and are named by their number', async () => {
    const rows = fresh(2);
    const bad = [
      '{broken',
      '[]',
      'null',
      '"metric"',
      line('other', metric()),
      JSON.stringify(metric()),
      line('metric', { ...metric(), item: null, kind: '' }),
      line('session', { ...session(), description: [] }),
      line('context', { ...context(), cpu_count: 'many' }),
      line('metric', metric({ total_time: 777 })).replace('777', 'NaN'),
      line('metric', { ...metric(), id: 5 }),
    ];
    const body = ['', line('metric', rows[0] ?? {}), ...bad, '', line('metric', rows[1] ?? {})].join('\n');
    const { status, json } = await load(body);
    expect(status).toBe(200);
    expect(json).toMatchObject({ accepted: 2, rejected: bad.length, metrics: 2, sessions: 0, contexts: 0 });
    expect(json.errors.map((error) => error.line)).toEqual(bad.map((_, i) => i + 3));
    for (const error of json.errors) expect(error.detail).toMatch(/./);
    expect(Object.keys(json.errors[6]?.errors ?? {}).sort()).toEqual(['item', 'kind']);
    expect(Object.keys(json.errors[8]?.errors ?? {})).toEqual(['cpu_count']);
    expect(await stored(rows[0]?.session_h)).toEqual(rows);
  });

  it('are counted all, and the first hundred named', async () => {
    const rows = fresh(1);
    const { json } = await load(`${'x\n'.repeat(250)}${lines(rows)}`);
    expect(json).toMatchObject({ accepted: 1, rejected: 250 });
    expect(json.errors.map((error) => error.line)).toEqual(Array.from({ length: 100 }, (_, i) => i + 1));
  });

  it('may be too long', async () => {
    const rows = fresh(2);
    const long = (bytes: number) => {
      const padded = { ...metric({ session_h: rows[0]?.session_h ?? '' }), pad: '' };
      return line('metric', { ...padded, pad: 'x'.repeat(bytes - line('metric', padded).length) });
    };
    const body = [
      line('metric', rows[0] ?? {}),
      long(2 ** 20 + 1),
      long(2 ** 20),
      long(5 * 2 ** 20),
      line('metric', rows[1] ?? {}),
    ];
    const { status, json } = await load(body.join('\n'));
    expect(status).toBe(200);
    expect(json).toMatchObject({ accepted: 3, rejected: 2 });
    expect(json.errors.map((error) => error.line)).toEqual([2, 4]);
    expect(await stored(rows[0]?.session_h)).toHaveLength(3);
  });
});

describe('a line with an id', () => {
  it('is stored once, within an import and over several', async () => {
    const [row = metric(), other = metric()] = fresh(2);
    const id = hash();
    const body = withId(row, id) + withId(row, id) + withId(other, `${id} other`);
    for (let i = 0; i < 2; i++) expect((await load(body)).status).toBe(200);
    expect(await stored(row.session_h)).toEqual([row, other]);
  });

  it('without one is stored as often as it comes', async () => {
    const rows = fresh(2);
    await load(lines(rows));
    await load(lines(rows));
    expect(await stored(rows[0]?.session_h)).toEqual([...rows, ...rows]);
  });

  it('may get it from the Idempotency-Key of the import', async () => {
    const rows = fresh(3);
    const key = hash();
    const headers = { 'content-type': ndjson, 'idempotency-key': key };
    // The first try ended after the second line.
    await load(lines(rows.slice(0, 2)), headers);
    await load(lines(rows), headers);
    expect(await stored(rows[0]?.session_h)).toEqual(rows);
    // Line n is called KEY:n, whoever says so.
    await load(withId(rows[2] ?? metric(), `${key}:3`));
    expect(await stored(rows[0]?.session_h)).toEqual(rows);
    await load(withId(rows[2] ?? metric(), `${key}:4`));
    expect(await stored(rows[0]?.session_h)).toHaveLength(4);
  });

  it('keeps its own id where the import has a key', async () => {
    const [row = metric()] = fresh(1);
    const id = hash();
    await load(withId(row, id), { 'content-type': ndjson, 'idempotency-key': hash() });
    await load(withId(row, id), { 'content-type': ndjson, 'idempotency-key': hash() });
    expect(await stored(row.session_h)).toEqual([row]);
  });

  it('is stored once when the imports run at the same time', async () => {
    const rows = fresh(50);
    const body = rows.map((row, i) => withId(row, `${row.session_h} ${i}`)).join('');
    await Promise.all(Array.from({ length: 4 }, () => load(body)));
    expect(await stored(rows[0]?.session_h)).toEqual(rows);
  });
});
