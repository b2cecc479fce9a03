import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { metric, openPostgres, openRedis, request } from '@monitor-server/testing';
import { afterAll, expect, test } from 'vitest';

const folder = mkdtempSync(join(tmpdir(), 'standalone-secrets-'));
afterAll(() => rmSync(folder, { recursive: true }));

const entry = fileURLToPath(new URL('../../src/main.ts', import.meta.url));

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
  const server = spawn(process.execPath, [entry, '-u', database.href, '-p', '0', '-w', '1', '-L', folder], {
    cwd: folder,
    detached: true,
    stdio: ['ignore', 'pipe', 'pipe'],
    env: {
      PATH: process.env['PATH'],
      NODE_COMPILE_CACHE: join(tmpdir(), 'monitor-server-compile-cache'),
      MONITOR_SERVER_HOST: '127.0.0.1',
      MONITOR_SERVER_TIMEOUT: '1',
      MONITOR_SERVER_QUEUE_URI: redis.uri,
      MONITOR_SERVER_DATABASE_READ_URIS: away,
    },
  });
  const exited = once(server, 'exit');
  const lines: string[] = [];
  createInterface(server.stderr).on('line', (line) => lines.push(line));
  try {
    const base = await new Promise<string>((resolve, reject) => {
      void exited.then(() => reject(new Error(lines.join('\n'))));
      createInterface(server.stdout).on('line', (line) => {
        lines.push(line);
        const url = /"url":"([^"]+)".*"msg":"ready"/.exec(line)?.[1];
        if (url !== undefined) resolve(url);
      });
    });
    const shown = commandLines(server.pid ?? 0);
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
    server.kill('SIGTERM');
    await exited;
    await redis.close();
  }
  expect(lines.some((line) => line.includes('127.0.0.1:9/monitor'))).toBe(true);
  for (const line of lines) expect(line).not.toContain(secret);
});
