import { readFileSync } from 'node:fs';
import { metric, openPostgres, openRedis, request, startServer } from '@monitor-server/testing';
import { expect, test } from 'vitest';
import { entries } from '../entries.ts';

/** The command lines of a process and of those below it, as every user of the machine sees them. */
function commandLines(pid: number): string[] {
  const below = readFileSync(`/proc/${pid}/task/${pid}/children`, 'utf8').split(' ').filter(Boolean);
  return [
    readFileSync(`/proc/${pid}/cmdline`, 'utf8'),
    ...below.flatMap((child) => commandLines(Number(child))),
  ];
}

test('passwords in URIs are in no command line, no log and no answer, whatever fails', async () => {
  const [postgres, redis] = await Promise.all([openPostgres(), openRedis()]);
  const secret = 'hunter2-of-the-test';
  const database = new URL(postgres.uri);
  database.password = secret;
  const away = `postgresql://reader:${secret}@127.0.0.1:9/monitor`;
  const server = await startServer({
    entry: entries.standalone,
    args: ['-u', database.href, '-p', '0', '-w', '1'],
    env: {
      MONITOR_SERVER_TIMEOUT: '1',
      MONITOR_SERVER_QUEUE_URI: redis.uri,
      MONITOR_SERVER_DATABASE_READ_URIS: away,
    },
  });
  const { base } = server;
  try {
    const shown = commandLines(server.pid);
    expect(shown.length).toBeGreaterThanOrEqual(3);
    for (const line of shown) expect(line).not.toContain(secret);
    const body = JSON.stringify(metric());
    const post = () => request(base, '/api/v1/metrics/', { method: 'POST', body });
    expect((await post()).status).toBe(201);
    // Gone while it is in use.
    await postgres.close();
    const answers = [await request(base, '/api/v1/metrics/count'), await post()];
    expect(answers.map(({ status }) => status)).toEqual([503, 201]);
    for (const { text } of answers) expect(text).not.toContain(secret);
  } finally {
    await server.stop();
    await redis.close();
  }
  const lines = server.output().split('\n');
  expect(lines.some((line) => line.includes('127.0.0.1:9/monitor'))).toBe(true);
  for (const line of lines) expect(line).not.toContain(secret);
});
