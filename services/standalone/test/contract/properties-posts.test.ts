import { hash, metric, type Body, type Session } from '@monitor-server/testing';
import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  almostTime,
  anyJson,
  anyText,
  contextRow,
  metricRow,
  readBack,
  sessionRow,
  time,
} from './arbitraries.ts';
import { runs, standalone } from './standalone.ts';

const { api } = await standalone();

/** No answer within five seconds is a hang. */
const post = <T = Body>(path: string, body: string | Uint8Array, type = 'application/json') =>
  api.call<T>(path, { method: 'POST', body, headers: { 'content-type': type }, timeout: 5000 });
const e = (name: string): string => encodeURIComponent(name.toWellFormed());

/** What became of a metric: the fields that were named, and what is stored of it. */
const outcome = async (row: { session_h: string }) => {
  const { status, json } = await post('/metrics/', JSON.stringify(row));
  const read = await api.get(`/sessions/${e(row.session_h)}/metrics`);
  return {
    status,
    named: Object.keys(json.errors ?? {}),
    stored: read.status === 204 ? [] : read.json.metrics,
  };
};
const often = { numRuns: runs(150) };

const resources = fc.constantFrom(
  '/metrics/',
  '/sessions/',
  '/contexts/',
  '/sessions/x',
  '/contexts/x',
  '/import',
);

describe('what is valid is stored and comes back', () => {
  it('metrics', async () => {
    const property = fc.asyncProperty(metricRow, async (row) => {
      const { status, json } = await post('/metrics/', JSON.stringify(row));
      expect([status, json]).toEqual([201, readBack(row)]);
      const { json: read } = await api.get(`/sessions/${e(row.session_h)}/metrics`);
      expect(read.metrics).toEqual([readBack(row)]);
    });
    await expect(fc.assert(property, often)).resolves.toBeUndefined();
  });

  it('sessions, their tags in order', async () => {
    const property = fc.asyncProperty(sessionRow, fc.boolean(), async ({ tags, ...row }, isText) => {
      const pairs = tags.map(({ name, value }) => `${JSON.stringify(name)}:${value.json}`);
      const description = `{${pairs.join()}}`;
      const body = `{"description":${isText ? JSON.stringify(description) : description},${JSON.stringify(row).slice(1)}`;
      const { status, json } = await post<Session>('/sessions/', body);
      const wanted = {
        ...readBack(row),
        tags: tags.map(({ name, value }) => ({
          name: name.toWellFormed(),
          key: name.toWellFormed(),
          value: value.plain,
        })),
      };
      expect([status, json]).toEqual([201, wanted]);
      const { json: read } = await api.get(`/sessions/${e(row.session_h)}`);
      expect(read.sessions).toEqual([wanted]);
    });
    await expect(fc.assert(property, often)).resolves.toBeUndefined();
  });

  it('contexts', async () => {
    const property = fc.asyncProperty(contextRow, async (row) => {
      const wanted = readBack(row);
      const { status, json } = await post('/contexts/', JSON.stringify(row));
      expect(status).toBe(201);
      expect(json).toMatchObject(wanted);
      const { json: read } = await api.get(`/contexts/${e(row.h)}`);
      expect(read.contexts).toEqual([{ ...wanted, context_h: wanted.h }]);
    });
    await expect(fc.assert(property, often)).resolves.toBeUndefined();
  });

  it('times', async () => {
    // Ranges know microseconds; what is sent beyond them only comes back.
    const inMicroseconds = time.filter((value) => !/\.\d{6}\d*[1-9]/.test(value));
    const property = fc.asyncProperty(inMicroseconds, async (item_start_time) => {
      const row = metric({ item_start_time });
      expect((await post('/metrics/', JSON.stringify(row))).status).toBe(201);
      const since = `since=${e(item_start_time)}`;
      const { json } = await api.get(`/sessions/${row.session_h}/metrics?${since}`);
      expect(json.metrics).toEqual([row]);
      const before = await api.get(`/sessions/${row.session_h}/metrics?until=${e(item_start_time)}`);
      expect(before.status).toBe(204);
    });
    await expect(fc.assert(property, often)).resolves.toBeUndefined();
  });

  it('lines of an import', async () => {
    const property = fc.asyncProperty(fc.array(metricRow, { minLength: 1, maxLength: 20 }), async (rows) => {
      const session_h = hash();
      const lines = rows.map((row) => JSON.stringify({ type: 'metric', ...row, session_h }));
      const { status, json } = await post<{ accepted: number; rejected: number }>(
        '/import',
        lines.join('\n'),
      );
      expect(status).toBe(200);
      expect(json).toMatchObject({ accepted: rows.length, rejected: 0, errors: [] });
      const { json: read } = await api.get(`/sessions/${session_h}/metrics`);
      expect(read.metrics).toEqual(rows.map((row) => readBack({ ...row, session_h })));
    });
    await expect(fc.assert(property, { numRuns: runs(40) })).resolves.toBeUndefined();
  });
});

describe('what may be invalid is answered', () => {
  it('any JSON, anywhere', async () => {
    const property = fc.asyncProperty(resources, anyJson, async (path, body) => {
      const { status, json } = await post(path, body);
      expect([200, 201, 400]).toContain(status);
      expect(status === 400 ? json.status : 400).toBe(400);
    });
    await expect(fc.assert(property, { numRuns: runs(300) })).resolves.toBeUndefined();
  });

  it('a metric with one value that may be anything: stored as it is, or named', async () => {
    const keys = fc.constantFrom(...Object.keys(metric()).filter((key) => key !== 'session_h'));
    const property = fc.asyncProperty(metricRow, keys, anyJson, async (row, key, text) => {
      const sent = { ...row, [key]: JSON.parse(text) };
      const { status, named, stored } = await outcome(sent);
      expect([status, named, stored]).toEqual(
        status === 400 ? [400, [key], []] : [201, [], [readBack(sent)]],
      );
    });
    await expect(fc.assert(property, { numRuns: runs(200) })).resolves.toBeUndefined();
  });

  it('a time that is almost one: stored as it is, or named', async () => {
    const property = fc.asyncProperty(almostTime, async (item_start_time) => {
      const sent = metric({ item_start_time });
      const { status, named, stored } = await outcome(sent);
      const wanted = status === 400 ? [400, ['item_start_time'], []] : [201, [], [sent]];
      expect([status, named, stored]).toEqual(wanted);
    });
    await expect(fc.assert(property, { numRuns: runs(300) })).resolves.toBeUndefined();
  });

  it('JSON with a part cut out or put in', async () => {
    const cut = fc.tuple(metricRow, fc.nat(), fc.nat({ max: 4 }), anyText);
    const property = fc.asyncProperty(resources, cut, async (path, [row, at, length, put]) => {
      const body = JSON.stringify(row);
      const start = at % body.length;
      const { status } = await post(path, body.slice(0, start) + put + body.slice(start + length));
      expect([200, 201, 400]).toContain(status);
    });
    await expect(fc.assert(property, { numRuns: runs(200) })).resolves.toBeUndefined();
  });

  it('bytes of any type', async () => {
    const types = fc.oneof(
      fc.constantFrom('application/json', 'application/x-ndjson', 'text/plain', 'application/x+json', ''),
      fc.stringMatching(/^[!-~]{1,30}$/),
    );
    const property = fc.asyncProperty(
      resources,
      fc.uint8Array({ maxLength: 300 }),
      types,
      async (path, body, type) => {
        const { status } = await post(path, body, type);
        expect([200, 201, 400, 415]).toContain(status);
      },
    );
    await expect(fc.assert(property, { numRuns: runs(200) })).resolves.toBeUndefined();
  });
});
