import { execFile } from 'node:child_process';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { json } from 'node:stream/consumers';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { metric, openPostgres, openRedis, request, startServer, type Server } from '@monitor-server/testing';
import { expect, onTestFinished, test } from 'vitest';

type Span = {
  name: string;
  traceId: string;
  spanId: string;
  parentSpanId?: string;
  attributes: { key: string; value: { stringValue?: string; intValue?: number } }[];
};

type Export = {
  resourceSpans: { resource: { attributes: Span['attributes'] }; scopeSpans: { spans: Span[] }[] }[];
};

const valueOf = (attributes: Span['attributes'], key: string): string | number | undefined => {
  const value = attributes.find((attribute) => attribute.key === key)?.value;
  return value?.stringValue ?? value?.intValue;
};

/** A collector that keeps what it is sent, by the names of services. */
const openCollector = async () => {
  const received: { service: unknown; span: Span; login: string | undefined }[] = [];
  const server = createServer((asked, answer) => {
    const login = asked.headers.authorization;
    void json(asked).then((body) => {
      for (const { resource, scopeSpans } of (body as Export).resourceSpans)
        for (const span of scopeSpans.flatMap(({ spans }) => spans))
          received.push({ service: valueOf(resource.attributes, 'service.name'), span, login });
      return answer.setHeader('content-type', 'application/json').end(`{"path":"${asked.url}"}`);
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  onTestFinished(() => void server.close());
  return { received, url: `http://127.0.0.1:${(server.address() as AddressInfo).port}` };
};

const start = (service: string, env: Record<string, string>): Promise<Server> =>
  startServer({ entry: new URL(`../../${service}/src/main.ts`, import.meta.url), env });

test(
  'a record is followed from its post to its commit, and a read on its own',
  { timeout: 120_000 },
  async () => {
    const [postgres, redis, collector] = [await openPostgres(), await openRedis(), await openCollector()];
    onTestFinished(async () => void (await Promise.all([postgres.close(), redis.close()])));
    const env = {
      MONITOR_SERVER_DATABASE_URI: postgres.uri,
      MONITOR_SERVER_QUEUE_URI: redis.uri,
      OTEL_EXPORTER_OTLP_ENDPOINT: collector.url,
      OTEL_EXPORTER_OTLP_HEADERS: 'authorization=Bearer%20hunter2',
    };
    const worker = await start('worker', env);
    const [ingest, query] = await Promise.all([start('ingest', env), start('query', env)]);
    const traceId = '0af7651916cd43dd8448eb211c80319c';
    const answer = await request(ingest.base, '/api/v1/metrics/', {
      method: 'POST',
      body: JSON.stringify(metric()),
      headers: { traceparent: `00-${traceId}-b7ad6b7169203331-01`, 'x-request-id': 'r-1', prefer: 'wait=20' },
    });
    expect(answer.headers).toMatchObject({ 'preference-applied': 'wait' });
    expect((await request(query.base, '/api/v1/metrics/count')).status).toBe(200);
    // What was not sent yet is sent at the stop.
    expect(await Promise.all([ingest, query, worker].map(({ stop }) => stop()))).toEqual([0, 0, 0]);

    const found = (name: string) => collector.received.find(({ span }) => span.name === name);
    const [post, accepted, stored, read] = [
      'createMetric',
      'accept batch',
      'store batch',
      'countMetrics',
    ].map(found);
    expect([post, accepted, stored, read].map((each) => each?.service)).toEqual([
      'monitor-server-ingest',
      'monitor-server-ingest',
      'monitor-server-worker',
      'monitor-server-query',
    ]);
    expect([post, accepted, stored].map((each) => each?.span.traceId)).toEqual([traceId, traceId, traceId]);
    expect([post, accepted, stored].map((each) => each?.span.parentSpanId)).toEqual([
      'b7ad6b7169203331',
      post?.span.spanId,
      accepted?.span.spanId,
    ]);
    expect(read?.span.traceId).not.toBe(traceId);
    const attribute = (each: typeof post, key: string) => valueOf(each?.span.attributes ?? [], key);
    expect(attribute(post, 'http.response.status_code')).toBe(201);
    expect(attribute(post, 'monitor_server.request')).toBe('r-1');
    expect(attribute(stored, 'monitor_server.batch')).toBe(attribute(accepted, 'monitor_server.batch'));
    expect(post?.login).toBe('Bearer hunter2');
    for (const server of [ingest, query, worker]) expect(server.output()).not.toContain('hunter2');
  },
);

test('what nobody asked for is not loaded', async () => {
  const runtime = new URL('../../../packages/runtime/src/index.ts', import.meta.url).href;
  const program = `
    import { createRequire } from 'node:module';
    const { openTelemetry } = await import(${JSON.stringify(runtime)});
    const loaded = () => Object.keys(createRequire(${JSON.stringify(fileURLToPath(runtime))}).cache)
      .filter((path) => /node_modules\\/(@opentelemetry|prom-client)/.test(path)).length > 0;
    await openTelemetry('x', { managementPort: undefined, traces: undefined, traceShare: 1 });
    const before = loaded();
    await openTelemetry('x', { managementPort: 0, traces: undefined, traceShare: 1 });
    process.stdout.write(JSON.stringify([before, loaded()]));
    process.exit();`;
  const { stdout } = await promisify(execFile)(process.execPath, ['--input-type=module', '-e', program]);
  expect(JSON.parse(stdout)).toEqual([false, true]);
});
