import { hash, metric, request, type Metric } from '@monitor-server/testing';
import { describe, expect, it } from 'vitest';
import { standalone } from './standalone.ts';

const { api, server } = await standalone();

const stored = async (session_h: string): Promise<Metric[]> => {
  const { status, json } = await api.get(`/sessions/${encodeURIComponent(session_h)}/metrics`);
  return status === 204 ? [] : json.metrics;
};

const aliases = [
  ['context_h', 'ctx_h'],
  ['total_time', 'wall_time'],
  ['kernel_time', 'krnl_time'],
] as const;
const texts = [
  'session_h',
  'context_h',
  'item_path',
  'item',
  'item_variant',
  'item_fs_loc',
  'kind',
  'component',
] as const;
const numbers = ['total_time', 'user_time', 'kernel_time', 'cpu_usage', 'mem_usage'] as const;

describe('a posted metric', () => {
  it('is answered and read back under the 14 canonical keys', async () => {
    const row = metric();
    const { status, json } = await api.post('/metrics/', row);
    expect([status, json]).toEqual([201, row]);
    expect(await stored(row.session_h)).toEqual([row]);
  });

  it('may use the names of the documents', async () => {
    const row = metric();
    const { context_h, total_time, kernel_time, ...rest } = row;
    const { status, json } = await api.post('/metrics/', {
      ...rest,
      ctx_h: context_h,
      wall_time: total_time,
      krnl_time: kernel_time,
    });
    expect([status, json]).toEqual([201, row]);
    expect(await stored(row.session_h)).toEqual([row]);
  });

  it.each(aliases)('keeps %s where %s is there as well', async (name, alias) => {
    const row = metric();
    const other = typeof row[name] === 'number' ? 99 : 'other';
    for (const body of [
      { ...row, [alias]: other },
      { [alias]: other, ...row },
    ]) {
      expect((await api.post('/metrics/', body)).status).toBe(201);
    }
    expect(await stored(row.session_h)).toEqual([row, row]);
  });

  it('ignores what it does not know', async () => {
    const row = metric();
    const { status, json } = await api.post('/metrics/', { ...row, extra: { deep: [1] }, constructor: 1 });
    expect([status, json]).toEqual([201, row]);
    expect(
      (await api.post('/metrics/', JSON.stringify(row).replace('{', '{"__proto__":{"x":1},'))).status,
    ).toBe(201);
    expect(await stored(row.session_h)).toEqual([row, row]);
  });

  it.each([0, -1, -3071.5, 0.1 + 0.2, 1e-7, 5e-324, 1e21, 123_456_789.123_456_78, 2 ** 53 - 1, 1.797e308])(
    'keeps %d as the double it is',
    async (value) => {
      const row = metric(Object.fromEntries(numbers.map((name) => [name, value])));
      const { status, json } = await api.post('/metrics/', row);
      expect([status, json]).toEqual([201, row]);
      expect(await stored(row.session_h)).toEqual([row]);
    },
  );

  it('may have empty texts, but for its hashes and its kind', async () => {
    const row = metric({ item_path: '', item: '', item_variant: '', item_fs_loc: '', component: '' });
    expect((await api.post('/metrics/', row)).status).toBe(201);
    expect(await stored(row.session_h)).toEqual([row]);
    for (const name of ['session_h', 'context_h', 'kind']) {
      const { status, json } = await api.post('/metrics/', metric({ [name]: '' }));
      expect([name, status]).toEqual([name, 400]);
      expect(Object.keys(json.errors ?? {})).toEqual([name]);
    }
  });

  it.each(['function', 'module', 'class', 'package', 'session', 'doctest', 'Größe'])(
    'may be a %s',
    async (kind) => {
      const row = metric({ kind });
      expect((await api.post('/metrics/', row)).status).toBe(201);
      expect(await stored(row.session_h)).toEqual([row]);
    },
  );

  it('keeps every character of its texts', async () => {
    const odd = `"quoted" \\ / é ü 日本 😀 \u0001\u001F\t\n\r \u2028\uFEFF\uFFFF 'x' ; -- %_ \u00E9e\u0301`;
    const row = metric(Object.fromEntries(texts.map((name) => [name, `${odd}${hash()}`])));
    const { status, json } = await api.post('/metrics/', row);
    expect([status, json]).toEqual([201, row]);
    expect(await stored(row.session_h)).toEqual([row]);
  });
});

describe('a metric that is no metric', () => {
  it('names every missing key', async () => {
    const names = Object.keys(metric());
    const { status, json } = await api.post('/metrics/', {});
    expect(status).toBe(400);
    expect(Object.keys(json.errors ?? {}).sort()).toEqual(names.sort());
    for (const name of names) {
      const { [name]: _, ...rest }: Record<string, unknown> = metric();
      const answer = await api.post('/metrics/', rest);
      expect([name, answer.status]).toEqual([name, 400]);
      expect(Object.keys(answer.json.errors ?? {})).toEqual([name]);
    }
  });

  it('names every key of a wrong type, and stores nothing', async () => {
    const before = (await api.get('/metrics/count')).json.count;
    const wrong = [
      ...texts.flatMap((name) => [1, 1.5, null, true, [], {}, ['x']].map((value) => [name, value] as const)),
      ...numbers.flatMap((name) =>
        ['', 'abc', null, true, [], {}, [1]].map((value) => [name, value] as const),
      ),
      ...[1, 1_700_000_000, null, true, [], {}].map((value) => ['item_start_time', value] as const),
    ];
    for (const [name, value] of wrong) {
      const { status, json } = await api.post('/metrics/', { ...metric(), [name]: value });
      expect([name, value, status]).toEqual([name, value, 400]);
      expect(Object.keys(json.errors ?? {})).toEqual([name]);
      expect(typeof json.errors?.[name]).toBe('string');
    }
    expect((await api.get('/metrics/count')).json.count).toBe(before);
  });

  it('names several at once', async () => {
    const body = { ...metric(), total_time: 'long', item: null, kind: '', item_start_time: 'now' };
    const { json } = await api.post('/metrics/', body);
    expect(Object.keys(json.errors ?? {}).sort()).toEqual(['item', 'item_start_time', 'kind', 'total_time']);
  });

  it.each(['NaN', 'Infinity', '-Infinity', '1e400', '-1e999'])(
    'names the numbers that are %s',
    async (literal) => {
      const row = metric();
      const text = JSON.stringify(row).replace(/"(total_time|mem_usage)":[\d.]+/g, `"$1":${literal}`);
      const { status, json } = await api.post('/metrics/', text);
      expect(status).toBe(400);
      expect(Object.keys(json.errors ?? {}).sort()).toEqual(['mem_usage', 'total_time']);
      expect(await stored(row.session_h)).toEqual([]);
    },
  );

  it.each(texts)('names a text with U+0000: %s', async (name) => {
    const { status, json } = await api.post('/metrics/', metric({ [name]: 'a\u0000b' }));
    expect(status).toBe(400);
    expect(Object.keys(json.errors ?? {})).toEqual([name]);
  });
});

describe('an unpaired surrogate', () => {
  it('is stored as U+FFFD, a pair as what it is', async () => {
    const session_h = hash();
    const row = metric({
      session_h,
      item: 'a\uD800b',
      item_variant: '\uDC00',
      component: 'x\uD83D\uDE00y\uD83D',
    });
    expect((await api.post('/metrics/', row)).status).toBe(201);
    const wanted = { ...row, item: 'a\uFFFDb', item_variant: '\uFFFD', component: 'x😀y\uFFFD' };
    expect(await stored(session_h)).toEqual([wanted]);
  });
});

describe('the same metric twice', () => {
  it('is stored twice', async () => {
    const row = metric();
    await api.store('/metrics/', [row, row]);
    expect(await stored(row.session_h)).toEqual([row, row]);
  });

  it('is stored once under one Idempotency-Key, whose first body wins', async () => {
    const row = metric();
    const headers = { 'idempotency-key': hash() };
    for (const body of [row, row, { ...row, item: 'other' }]) {
      expect((await api.post('/metrics/', body, headers)).status).toBe(201);
    }
    expect(await stored(row.session_h)).toEqual([row]);
  });

  it('is stored once when all copies come at the same moment', async () => {
    const row = metric();
    const sending = {
      method: 'POST',
      body: JSON.stringify(row),
      headers: { 'content-type': 'application/json', 'idempotency-key': hash() },
    };
    const answers = await Promise.all(
      Array.from({ length: 16 }, () => request(server.base, '/api/v1/metrics/', sending)),
    );
    expect(answers.map(({ status }) => status)).toEqual(answers.map(() => 201));
    expect(await stored(row.session_h)).toEqual([row]);
  });

  it('is stored again under another key', async () => {
    const row = metric();
    for (const key of ['a', 'b', 'a ', 'A']) {
      await api.post('/metrics/', row, { 'idempotency-key': `${row.session_h}${key}` });
    }
    // Blanks around a header's value are no part of it.
    expect(await stored(row.session_h)).toEqual([row, row, row]);
  });
});
