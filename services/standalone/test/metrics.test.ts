import { readFileSync } from 'node:fs';
import {
  context,
  createClient,
  metric,
  openRedis,
  request,
  session,
  startPostgres,
  startServer,
  type Server,
} from '@monitor-server/testing';
import { expect, onTestFinished, test, vi } from 'vitest';
import { entries } from './entries.ts';

const SOON = { interval: 50, timeout: 30_000 };

const start = async (
  entry: keyof typeof entries,
  env: Record<string, string> = {},
  workers = 1,
): Promise<Server> => {
  const server = await startServer({
    entry: entries[entry],
    workers,
    env: { MONITOR_SERVER_MANAGEMENT_PORT: '0', MONITOR_SERVER_LOG_LEVEL: 'debug', ...env },
  });
  onTestFinished(async () => void (await server.stop()));
  return server;
};

const scrape = async (server: Server): Promise<string> => {
  const { status, headers, text } = await request(server.management, '/-/metrics');
  expect(status).toBe(200);
  expect(headers['content-type']).toBe('text/plain; version=0.0.4; charset=utf-8');
  return text;
};

/** The sum over all series of a metric that have these labels. */
const valueOf = (text: string, name: string, ...labels: string[]): number | undefined => {
  const found = text
    .split('\n')
    .map((line) => /^(\w+)(\{.*\})? (\S+)$/.exec(line))
    .filter((match) => match?.[1] === name && labels.every((label) => match[2]?.includes(label)));
  return found.length === 0 ? undefined : found.reduce((sum, match) => sum + Number(match?.[3]), 0);
};

const namesIn = (text: string): Set<string> =>
  new Set(text.split('\n').flatMap((line) => /^([a-z]\w+)[{ ]/.exec(line)?.[1] ?? []));

/** The metrics of ours that a file of `infra` speaks of. */
const namesUsed = (file: string): Set<string> =>
  new Set(
    readFileSync(new URL(`../../../infra/${file}`, import.meta.url), 'utf8').match(
      /\b(?:monitor_server|nodejs|process)_\w+/g,
    ),
  );

const lackOf = (wanted: Iterable<string>, exported: ReadonlySet<string>): string[] =>
  [...wanted].filter((name) => !exported.has(name));

/** What operators are promised, by the service that tells it. */
const OF_ALL = ['monitor_server_build_info', 'nodejs_eventloop_lag_p99_seconds'];
const OF_REQUESTS = ['monitor_server_http_request_duration_seconds_count', 'monitor_server_read_connections'];
const OF_QUEUE = [
  'monitor_server_queue_batches',
  'monitor_server_queue_records',
  'monitor_server_queue_oldest_seconds',
];
const OF_INGEST = [
  ...OF_REQUESTS,
  ...OF_QUEUE,
  'monitor_server_records_accepted_total',
  'monitor_server_accepted_batch_records_count',
  'monitor_server_spool_batches',
  'monitor_server_spool_oldest_seconds',
];
const OF_WORKER = [
  ...OF_QUEUE,
  'monitor_server_records_stored_total',
  'monitor_server_records_dead_total',
  'monitor_server_commit_records_count',
  'monitor_server_commit_duration_seconds_count',
  'monitor_server_write_connections',
  'monitor_server_writes_waiting',
];
const OF_QUERY = [...OF_REQUESTS, 'monitor_server_replica_lag_seconds', 'monitor_server_replica_ready'];

const lines = (server: Server): Record<string, unknown>[] =>
  server
    .output()
    .split('\n')
    .filter((line) => line.startsWith('{'))
    .map((line) => JSON.parse(line) as Record<string, unknown>);

test('an embedded server counts what all of its processes do', async () => {
  const server = await start('standalone', {}, 2);
  const api = createClient(server.base);
  const metrics = Array.from({ length: 20 }, () => metric());
  await Promise.all(
    metrics.map((sent) =>
      request(server.base, '/api/v1/metrics/', { method: 'POST', body: JSON.stringify(sent) }),
    ),
  );
  await api.store('/sessions/', [session()]);
  await api.store('/contexts/', [context()]);
  await api.get('/metrics/count');
  await api.get('/components/a%2fb?x=secret');
  await api.get('/no/such/path');
  api.close();
  await vi.waitFor(async () => {
    const text = await scrape(server);
    expect(valueOf(text, 'monitor_server_records_accepted_total')).toBe(22);
    expect(valueOf(text, 'monitor_server_records_stored_total')).toBe(22);
    expect(valueOf(text, 'monitor_server_records_dead_total')).toBe(0);
    expect(valueOf(text, 'monitor_server_accepted_batch_records_sum')).toBe(22);
    expect(valueOf(text, 'monitor_server_commit_records_sum')).toBe(22);
    const requests = 'monitor_server_http_request_duration_seconds_count';
    expect(valueOf(text, requests, 'route="createMetric"', 'status="201"')).toBe(20);
    expect(valueOf(text, requests, 'route="countMetrics"', 'status="200"')).toBe(1);
    expect(valueOf(text, requests, 'route="none"', 'status="404"')).toBe(1);
    expect(valueOf(text, requests)).toBe(25);
    expect(valueOf(text, 'monitor_server_processes', 'role="http"')).toBe(2);
    expect(valueOf(text, 'monitor_server_build_info', `version="0.1.0"`)).toBe(1);
    expect(text).not.toMatch(/secret|a%2fb|a\/b/);
  }, SOON);
});

test(
  'the pipeline exports all that alerts and dashboard look at, and a request can be followed to its commit',
  { timeout: 120_000 },
  async () => {
    const primary = await startPostgres();
    onTestFinished(primary.close);
    const replica = await startPostgres({ replicaOf: primary });
    const redis = await openRedis();
    onTestFinished(async () => void (await Promise.all([replica.close(), redis.close()])));
    const env = {
      MONITOR_SERVER_DATABASE_URI: primary.uri(),
      MONITOR_SERVER_DATABASE_READ_URIS: replica.uri(),
      MONITOR_SERVER_QUEUE_URI: redis.uri,
    };
    const worker = await start('worker', env);
    const [ingest, query, standalone] = await Promise.all([
      start('ingest', env),
      start('query', env),
      start('standalone'),
    ]);
    const sending = { method: 'POST', body: JSON.stringify(metric()) };
    const named = { 'x-request-id': 'build-17/job:3', prefer: 'wait=20' };
    const answer = await request(ingest.base, '/api/v1/metrics/', { ...sending, headers: named });
    expect(answer.headers).toMatchObject({ 'x-request-id': 'build-17/job:3', 'preference-applied': 'wait' });
    const strange = { 'x-request-id': 'a b{"level":60}' };
    const other = await request(ingest.base, '/api/v1/metrics/', { ...sending, headers: strange });
    expect(other.status).toBe(201);
    expect(other.headers).not.toHaveProperty('x-request-id');
    await request(query.base, '/api/v1/metrics/');

    const accepted = lines(ingest).find(({ requests }) => String(requests) === 'build-17/job:3');
    expect(accepted).toMatchObject({ msg: 'accepted', records: 1 });
    const stored = lines(worker).filter(({ batches }) => batches !== undefined);
    expect(stored.flatMap(({ batches }) => batches)).toContain(accepted?.['batch']);

    await vi.waitFor(async () => {
      const texts = await Promise.all([worker, ingest, query, standalone].map(scrape));
      for (const [at, names] of [OF_WORKER, OF_INGEST, OF_QUERY].entries())
        expect(lackOf([...names, ...OF_ALL], namesIn(texts[at] ?? ''))).toEqual([]);
      const exported = namesIn(texts.join('\n'));
      for (const file of ['prometheus/alerts.yml', 'grafana/monitor-server.json'])
        expect(lackOf(namesUsed(file), exported)).toEqual([]);
      expect(valueOf(texts[2] ?? '', 'monitor_server_replica_ready')).toBe(1);
      expect(texts.join('\n')).not.toContain(new URL(redis.uri).password || 'redis://');
    }, SOON);
  },
);

test('every alert has an entry in the runbook, and every entry an alert', () => {
  const read = (path: string) => readFileSync(new URL(`../../../${path}`, import.meta.url), 'utf8');
  const alerts = [...read('infra/prometheus/alerts.yml').matchAll(/- alert: (\w+)/g)].map(([, name]) => name);
  const entries = [...read('docs/runbook.md').matchAll(/^## (MonitorServer\w+)$/gm)].map(([, name]) => name);
  expect(alerts.length).toBeGreaterThan(10);
  expect(entries).toEqual(alerts);
});
