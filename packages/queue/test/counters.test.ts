import { setTimeout as sleep } from 'node:timers/promises';
import { createLogger } from '@monitor-server/runtime';
import { createHttpApp, openAccess, serveRoutes } from '@monitor-server/runtime/http';
import { parseQueueUri } from '@monitor-server/runtime/config';
import { openRedis } from '@monitor-server/testing';
import { expect, test } from 'vitest';
import { openCounters } from '../src/index.ts';

const logger = createLogger('counters', { environment: 'production', logLevel: undefined });
logger.level = 'silent';

/** One of several processes that answer for the same server. */
async function openProcess(redis: string) {
  const access = await openAccess(
    {
      access: 'open',
      database: { kind: 'postgres', uri: '', uris: [], shown: '' },
      queueUri: parseQueueUri(redis, '/'),
      tokenLimit: 0,
      addressLimit: 4,
      failureLimit: 0,
    },
    { logger, openCounters },
  );
  const app = createHttpApp({ logger, timeout: 5 });
  await access.control(app);
  serveRoutes(
    app,
    ({ name }) => name === 'countMetrics',
    async () => ({}),
  );
  return {
    ask: async () => (await app.inject({ url: '/metrics/count' })).statusCode,
    async close() {
      await app.close();
      await access.close();
    },
  };
}

test('processes count together over the Redis of the queue, and limit nothing while it is away', async () => {
  const redis = await openRedis();
  const processes = await Promise.all([openProcess(redis.uri), openProcess(redis.uri)]);
  const answers: number[] = [];
  // The connections are still being made, and until then nothing is counted.
  while (!answers.includes(429)) {
    for (const { ask } of processes) answers.push(await ask());
    await sleep(5);
  }
  expect(answers.filter((status) => status === 200).length).toBeGreaterThanOrEqual(4);
  for (const { ask } of processes) expect(await ask()).toBe(429);
  await Promise.all(processes.map(({ close }) => close()));
  await redis.close();
  const alone = await openProcess('redis://127.0.0.1:9');
  for (let requests = 0; requests < 10; requests++) expect(await alone.ask()).toBe(200);
  await alone.close();
});
