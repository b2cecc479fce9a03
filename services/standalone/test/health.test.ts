import { rm } from 'node:fs/promises';
import { once } from 'node:events';
import { connect } from 'node:net';
import { join } from 'node:path';
import {
  metric,
  openPostgres,
  request,
  startRedis,
  startServer,
  type Server,
  type ServerOptions,
} from '@monitor-server/testing';
import { expect, onTestFinished, test, vi } from 'vitest';
import { entries } from './entries.ts';

type Told = { status: string; parts: Record<string, { ok: boolean; reason?: string }> };

const SOON = { interval: 50, timeout: 30_000 };

const start = async (
  entry: keyof typeof entries,
  options: Omit<ServerOptions, 'entry'> = {},
): Promise<Server> => {
  const env = { MONITOR_SERVER_MANAGEMENT_PORT: '0', ...options.env };
  const server = await startServer({ entry: entries[entry], ...options, env });
  onTestFinished(async () => void (await server.stop()));
  return server;
};

const ready = async (base: string): Promise<{ status: number; told: Told }> => {
  const { status, json } = await request<Told>(base, '/-/ready');
  return { status, told: json };
};

/** What is told once the status is as wanted. */
const becomes = (base: string, wanted: number): Promise<Told> =>
  vi.waitFor(async () => {
    const { status, told } = await ready(base);
    expect({ status, told }).toMatchObject({ status: wanted });
    return told;
  }, SOON);

/** Begins a post, of which `finish` sends the rest and gives what it is answered with. */
const beginPost = async (base: string): Promise<{ finish: () => Promise<string> }> => {
  const { hostname, port } = new URL(base);
  const body = JSON.stringify(metric());
  const socket = connect(Number(port), hostname);
  const head = `POST /api/v1/metrics/ HTTP/1.1\r\nhost: x\r\ncontent-length: ${Buffer.byteLength(body)}\r\n\r\n`;
  socket.write(`${head}${body.slice(0, 10)}`);
  return {
    async finish() {
      socket.write(body.slice(10));
      const [answer] = (await once(socket, 'data')) as [Buffer];
      socket.destroy();
      return answer.toString();
    },
  };
};

test('both ports of an embedded server tell health, which is no part of the API', async () => {
  const server = await start('standalone', { workers: 2 });
  for (const base of [server.base, server.management]) {
    const healthy = await request<{ status: string; version: string }>(base, '/-/healthy?probe=1');
    expect(healthy).toMatchObject({ status: 200, json: { status: 'healthy', version: expect.any(String) } });
    expect(healthy.headers['cache-control']).toBe('no-store');
    expect((await request(base, '/-/ready', { method: 'HEAD' })).status).toBe(200);
    expect((await request(base, '/-/nothing')).status).toBe(404);
  }
  const parts = { writing: { ok: true }, reading: { ok: true } };
  expect((await ready(server.base)).told).toEqual({ status: 'ready', parts });
  expect((await ready(server.management)).told).toEqual({
    status: 'ready',
    parts: { ...parts, processes: { ok: true } },
  });
  expect((await request(server.management, '/-/healthy', { method: 'POST' })).status).toBe(405);
  expect((await request(server.base, '/api/v1/-/healthy')).status).toBe(404);
});

test.each(['standalone', 'ingest'] as const)(
  'a stop of %s is told as long as requests are still being answered',
  async (entry) => {
    const server = await start(entry);
    const post = await beginPost(server.base);
    expect((await ready(server.management)).status).toBe(200);
    const stopped = server.stop();
    const { parts } = await becomes(server.management, 503);
    expect(parts['process']).toEqual({ ok: false, reason: 'it is stopping' });
    expect((await request(server.management, '/-/healthy')).status).toBe(200);
    expect(await post.finish()).toMatch(/^HTTP\/1\.1 201 /);
    expect(await stopped).toBe(0);
  },
);

test('each service of the pipeline is ready when what it needs is there', { timeout: 120_000 }, async () => {
  const postgres = await openPostgres();
  const redis = await startRedis({ password: 'hunter2' });
  onTestFinished(async () => void (await Promise.all([postgres.close(), redis.close()])));
  const env = { MONITOR_SERVER_DATABASE_URI: postgres.uri, MONITOR_SERVER_QUEUE_URI: redis.uri };
  const [ingest, query] = await Promise.all([start('ingest', { env }), start('query', { env })]);

  expect((await ready(ingest.management)).told.parts).toEqual({ queue: { ok: true }, spool: { ok: true } });
  const { parts: unmigrated } = await becomes(query.management, 503);
  expect(unmigrated['reading']?.reason).toMatch(/no schema yet; start a worker/);
  expect((await ready(query.base)).told).toEqual({ status: 'not ready', parts: { reading: { ok: false } } });

  const worker = await start('worker', { env });
  expect((await becomes(worker.management, 200)).parts).toEqual({
    queue: { ok: true },
    writing: { ok: true },
  });
  await becomes(query.base, 200);

  await redis.stop();
  const { parts } = await becomes(worker.management, 503);
  expect(parts['queue']?.reason).toMatch(/^there is no connection to Redis at 127\.0\.0\.1:/);
  expect((await ready(ingest.base)).status).toBe(200);
  await rm(join(ingest.folder), { recursive: true });
  const nowhere = await becomes(ingest.management, 503);
  expect(Object.values(nowhere.parts).map(({ ok }) => ok)).toEqual([false, false]);
  expect(JSON.stringify([parts, nowhere])).not.toContain('hunter2');

  await redis.start();
  await Promise.all([becomes(ingest.base, 200), becomes(worker.management, 200)]);
});
