import { mkdtempSync, rmSync } from 'node:fs';
import { createServer, type AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { readMetric, type StoredRecord } from '@monitor-server/contract';
import type { Logger } from '@monitor-server/runtime';
import { metric, openPostgres, startRedis } from '@monitor-server/testing';
import { Client } from 'pg';
import { afterEach, expect, test, vi } from 'vitest';
import { openAcceptance, type Acceptance } from '../src/acceptance.ts';
import { readConfig } from '../src/config.ts';

const SOON = { interval: 10, timeout: 25_000 };

const folder = mkdtempSync(join(tmpdir(), 'acceptance-'));
const ends: (() => unknown)[] = [];

afterEach(async () => {
  for (const end of ends.splice(0).toReversed()) await end();
  rmSync(folder, { recursive: true, force: true });
});

interface Opened extends Acceptance {
  /** What was warned of. */
  warnings: string[];
}

async function open(database: string, queue?: string): Promise<Opened> {
  const env = {
    MONITOR_SERVER_DATABASE_URI: database,
    MONITOR_SERVER_SPOOL: folder,
    MONITOR_SERVER_QUEUE_PATIENCE: '100',
    ...(queue !== undefined && { MONITOR_SERVER_QUEUE_URI: queue }),
  };
  const config = readConfig({ argv: [], env, cwd: folder });
  if (config.database.kind === 'sqlite') throw new Error('PostgreSQL is meant');
  const warnings: string[] = [];
  const warn = (...args: unknown[]): void => void warnings.push(String(args.at(-1)));
  const isLevelEnabled = (): boolean => false;
  const log = { info: () => undefined, warn, error: warn, isLevelEnabled } as unknown as Logger;
  const acceptance = await openAcceptance(config, config.database, log);
  ends.push(acceptance.close);
  return { ...acceptance, warnings };
}

function record(): StoredRecord {
  const reading = readMetric(JSON.stringify(metric()));
  if (!reading.ok) throw new Error(reading.detail);
  return { type: 'metric', value: reading.value };
}

/** A server that takes connections and never says anything. */
async function openSilence(): Promise<string> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  ends.push(() => server.close());
  return `postgresql://postgres@127.0.0.1:${(server.address() as AddressInfo).port}/postgres`;
}

test('batches that come while one is on its way into PostgreSQL share a transaction', async () => {
  const { uri, close } = await openPostgres();
  ends.push(close);
  const { intake } = await open(uri);
  await intake.addAll([record()]);
  await Promise.all(Array.from({ length: 40 }, () => intake.addAll([record()])));
  const client = new Client(uri);
  await client.connect();
  ends.push(() => client.end());
  const { rows } = await client.query(
    'SELECT count(*)::integer AS batches, count(DISTINCT xmin::text)::integer AS transactions FROM ingested_batch',
  );
  expect(rows[0]).toMatchObject({ batches: 41 });
  expect(rows[0]).toSatisfy(({ transactions }: { transactions: number }) => transactions < 10);
});

test('records are accepted from the start while PostgreSQL does not answer', async () => {
  const { intake, warnings } = await open(await openSilence());
  await Promise.all([intake.add(record()), intake.add(record())]);
  expect(warnings).toEqual([
    'the database does not answer; it is tried again with every batch',
    'the queue takes nothing: batches wait in the spool until it does',
  ]);
});

test('what 201 is worth is told again where Redis comes back and keeps less', async () => {
  const redis = await startRedis();
  ends.push(redis.close);
  const { intake, warnings } = await open(await openSilence(), redis.uri);
  await intake.add(record());
  const worth = (): string[] => warnings.filter((line) => line.startsWith('what 201 is worth'));
  expect(worth()).toEqual([]);
  await redis.cli('CONFIG', 'SET', 'appendfsync', 'everysec');
  await redis.cli('CLIENT', 'KILL', 'TYPE', 'normal', 'SKIPME', 'yes');
  await vi.waitUntil(() => worth().length > 0, SOON);
  await redis.cli('CLIENT', 'KILL', 'TYPE', 'normal', 'SKIPME', 'yes');
  await intake.add(record());
  expect(worth()).toEqual([expect.stringMatching(/syncs its log once a second/)]);
});
