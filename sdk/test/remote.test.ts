import { inspect } from 'node:util';
import { expect, test } from 'vitest';
import {
  ConnectionError,
  Monitor,
  MonitorError,
  ProblemError,
  ProtocolError,
  TimeoutError,
  UnsupportedError,
} from '../src/index.ts';
import { failureOf } from './failure.ts';
import { metricRow } from './pymon.ts';
import { answer, startStub } from './stub.ts';

test.each(['', '/', '//', '/api/v1', '/api/v1/', '/api/v1/api/v1/', '/mounted/here', '/mounted/here/api/v1'])(
  'takes the base URL …%s',
  async (suffix) => {
    const stub = await startStub((_, response) => answer(response, { count: 7 }));
    expect(await new Monitor(new URL(`${stub.base}${suffix}`)).countMetrics()).toBe(7);
    const mounted = suffix.startsWith('/mounted') ? '/mounted/here' : '';
    expect(stub.requests).toEqual([`GET ${mounted}/api/v1/metrics/count`]);
  },
);

test('sends token, headers, and the user of the address', async () => {
  const seen: unknown[] = [];
  const stub = await startStub((request, response) => {
    seen.push([request.headers.authorization, request.headers['x-team']]);
    answer(response, { count: 0 });
  });
  const withUser = stub.base.replace('://', '://us%40er:s%C3%A9cret@');
  await new Monitor(stub.base, { token: 'tok', headers: { 'x-team': 'a' } }).countMetrics();
  await new Monitor(withUser).countMetrics();
  expect(seen).toEqual([
    ['Bearer tok', 'a'],
    [`Basic ${Buffer.from('us@er:sécret').toString('base64')}`, undefined],
  ]);
});

test('follows links below the path under which a server is mounted, one page ahead', async () => {
  const stub = await startStub((_, response, at) => {
    answer(response, {
      metrics: [metricRow({ item: `test_${at}` })],
      total_page: 3,
      ...(at < 2 && { next_url: `/api/v1/metrics/?page=${at + 2}&after=x` }),
    });
  });
  const asked: number[] = [];
  const items: string[] = [];
  for await (const metric of new Monitor(`${stub.base}/prefix`).metrics()) {
    items.push(metric.item);
    asked.push(stub.requests.length);
  }
  expect(items).toEqual(['test_0', 'test_1', 'test_2']);
  expect(stub.requests).toEqual([
    'GET /prefix/api/v1/metrics/?per_page=5000',
    'GET /prefix/api/v1/metrics/?page=2&after=x',
    'GET /prefix/api/v1/metrics/?page=3&after=x',
  ]);
});

test('reports progress after every page, with what is known of the total', async () => {
  const stub = await startStub((_, response, at) => {
    const next = at === 0 ? { next_url: '/api/v1/metrics/?page=2' } : {};
    answer(response, {
      metrics: at === 0 ? [metricRow(), metricRow()] : [metricRow()],
      total_page: 2,
      ...next,
    });
  });
  const progress: unknown[] = [];
  await new Monitor(stub.base).listMetrics({ onProgress: (each) => progress.push(each) });
  expect(progress).toEqual([
    { done: 2, total: 4 },
    { done: 3, total: 3 },
  ]);
});

test('ends the page that is under way when the reader stops', async () => {
  let closed = (): void => undefined;
  const ended = new Promise<void>((resolve) => {
    closed = resolve;
  });
  const stub = await startStub((_, response, at) => {
    if (at === 0) answer(response, { metrics: [metricRow()], next_url: '/api/v1/metrics/?page=2' });
    else response.once('close', closed);
  });
  for await (const metric of new Monitor(stub.base).metrics()) {
    expect(metric.item).toBe('test_item');
    // The second request must have arrived before it can be ended.
    while (stub.requests.length < 2) await new Promise(setImmediate);
    break;
  }
  await ended;
});

test('throws the reason of a signal, before and during a call', async () => {
  const stub = await startStub(() => undefined);
  const monitor = new Monitor(stub.base);
  const reason = new Error('enough');
  expect(await failureOf(monitor.listSessions({ signal: AbortSignal.abort(reason) }))).toBe(reason);
  expect(stub.requests).toEqual([]);
  const controller = new AbortController();
  const call = failureOf(monitor.listMetrics({ signal: controller.signal }));
  while (stub.requests.length === 0) await new Promise(setImmediate);
  controller.abort(reason);
  expect(await call).toBe(reason);
});

test('tries again where a connection breaks, also in the middle of an answer', async () => {
  const stub = await startStub((_, response, at) => {
    if (at === 0) return void response.destroy();
    if (at > 1) return answer(response, { count: 3 });
    response.writeHead(200, { 'content-type': 'application/json', 'content-length': '100' });
    response.write('{"cou');
    return void setTimeout(() => response.destroy(), 10);
  });
  const monitor = new Monitor(stub.base, { retry: { limit: 2, delay: () => 1 } });
  expect(await monitor.countMetrics()).toBe(3);
  expect(stub.requests).toHaveLength(3);
});

test('waits as long as a busy server says', async () => {
  const problem = { title: 'Service Unavailable', status: 503, detail: 'busy' };
  const stub = await startStub((_, response, at) =>
    at === 0 ? answer(response, problem, 503, { 'retry-after': '0' }) : answer(response, { count: 3 }),
  );
  expect(await new Monitor(stub.base, { retry: 1 }).countMetrics()).toBe(3);
});

test('throws what the server says is wrong', async () => {
  const problem = {
    type: 'about:blank',
    title: 'Forbidden',
    status: 403,
    detail: 'Not for you.',
    message: 'Not for you.',
  };
  const stub = await startStub((_, response) => answer(response, problem, 403));
  const error = await failureOf(new Monitor(stub.base).listComponents());
  expect(error).toBeInstanceOf(ProblemError);
  expect(error).toBeInstanceOf(MonitorError);
  expect(error).toMatchObject({ name: 'ProblemError', status: 403, problem, method: 'GET' });
  expect(String(error)).toContain('403 Forbidden: Not for you.');
});

test('makes a problem of what a proxy says in its own way', async () => {
  const stub = await startStub((_, response) => {
    response.writeHead(413, 'Too Large', { 'content-type': 'text/html' });
    response.end('<h1>413</h1>');
  });
  const error = await failureOf(new Monitor(stub.base).listPipelines());
  expect(error).toMatchObject({ problem: { status: 413, title: 'Too Large', detail: '<h1>413</h1>' } });
});

test.each([
  ['a page for people', '<html></html>'],
  ['other JSON', '{"hello": "world"}'],
  ['no object at all', 'null'],
])('tells where what answers is no monitor-server: %s', async (_, body) => {
  const stub = await startStub((_request, response) => response.end(body));
  expect(await failureOf(new Monitor(stub.base).listMetrics())).toBeInstanceOf(ProtocolError);
  expect(await failureOf(new Monitor(stub.base).countMetrics())).toBeInstanceOf(ProtocolError);
});

test('follows no link to another host', async () => {
  const stub = await startStub((_, response) =>
    answer(response, { metrics: [metricRow()], next_url: '@evil.example/api' }),
  );
  expect(await failureOf(new Monitor(stub.base).listMetrics())).toBeInstanceOf(ProtocolError);
  expect(stub.requests).toHaveLength(1);
});

test('tells that a server cannot be reached, or does not answer in time', async () => {
  const gone = await startStub((_, response) => response.destroy());
  const broken = await failureOf(new Monitor(gone.base, { retry: 0 }).countMetrics());
  expect(broken).toBeInstanceOf(ConnectionError);
  expect(broken).toMatchObject({ message: expect.stringContaining('cannot reach the server') });
  const silent = await startStub(() => undefined);
  const late = await failureOf(new Monitor(silent.base, { timeout: 50, retry: 0 }).countMetrics());
  expect(late).toBeInstanceOf(TimeoutError);
});

test('no error holds the token', async () => {
  const options = { token: 'sesame-1234', retry: 0, timeout: 50 };
  const refusing = await startStub((_, response) => answer(response, { title: 'No', detail: 'no' }, 401));
  const breaking = await startStub((_, response) => response.destroy());
  const silent = await startStub(() => undefined);
  for (const { base } of [refusing, breaking, silent]) {
    const error = await failureOf(new Monitor(base, options).countMetrics());
    expect(inspect(error, { depth: 20, showHidden: true })).not.toContain('sesame');
  }
});

test('uses the given fetch', async () => {
  const asked: string[] = [];
  const fetch = async (input: string | URL | Request): Promise<Response> => {
    asked.push(new Request(input).url);
    return Response.json({ components: ['a'] });
  };
  expect(await new Monitor('https://nowhere.example', { fetch }).listComponents()).toEqual(['a']);
  expect(asked).toEqual(['https://nowhere.example/api/v1/components/?per_page=5000']);
});

test('refuses names that no path can hold, and arguments that mean nothing', async () => {
  const monitor = new Monitor('http://127.0.0.1:1', { retry: 0 });
  expect(await failureOf(monitor.listPipelineBuilds('..'))).toBeInstanceOf(UnsupportedError);
  expect(await failureOf(monitor.listMetricsResourcesFromComponent('', 'cpu', 'top'))).toBeInstanceOf(
    UnsupportedError,
  );
  expect(await failureOf(monitor.listMetricsResources('cpu', 'top', 1.5))).toBeInstanceOf(RangeError);
  expect(await failureOf(monitor.listMetrics({ since: 'yesterday' }))).toBeInstanceOf(RangeError);
  expect(() => new Monitor('http://')).toThrow(TypeError);
});
