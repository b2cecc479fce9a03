/**
 * The process that starts what the tests of one run share, and ends with the run. The first test that asks for
 * something starts it and says whose run it is; it watches that process, because a run that is killed closes
 * nothing itself.
 */
import { rm } from 'node:fs/promises';
import { createServer } from 'node:http';
import { setTimeout as sleep } from 'node:timers/promises';
import { findNginx } from '../nginx/program.ts';
import { findPgbouncer } from '../postgres/pgbouncer-program.ts';
import { preparePrograms, startShared as startPostgres } from '../postgres/source.ts';
import { findRedis, startShared as startRedis } from '../redis/source.ts';
import { removeContainers } from './docker.ts';
import { socketOf, type Offers } from './guard-client.ts';
import { killFamily } from './process.ts';
import { adoptedContainers, adoptedProcesses, createRun, isAlive } from './run.ts';
import type { Shared } from './source.ts';

const [pid, started] = process.argv.slice(2);
const run = createRun(Number(pid), started ?? '');
const { env } = process;
const version = env['MONITOR_SERVER_TEST_POSTGRES_VERSION'] ?? '';
const closers: Shared['close'][] = [];

/** Each key is worked on once; all who ask for it get the same answer. */
const remember = <T>(work: (key: string) => Promise<T>): ((key: string) => Promise<T>) => {
  const results = new Map<string, Promise<T>>();
  return (key) => {
    const result = results.get(key) ?? work(key);
    results.set(key, result);
    return result;
  };
};

const keep = ({ uri, close }: Shared): { uri: string } => {
  closers.push(close);
  return { uri };
};

const majorOf = (text: string): number | undefined => (text === '' ? undefined : Number(text));

const programs = remember((version) => preparePrograms(run, majorOf(version)));
const redis = remember(() => findRedis());

const answer = remember(async (path): Promise<Offers[keyof Offers]> => {
  const { pathname, searchParams } = new URL(path, 'http://guard');
  switch (pathname) {
    case '/postgres': {
      const uri = env['MONITOR_SERVER_TEST_POSTGRES_URI'];
      return keep(await startPostgres(run, uri, majorOf(version), () => programs(version)));
    }
    case '/redis':
      return keep(await startRedis(run, env['MONITOR_SERVER_TEST_REDIS_URI'], () => redis('')));
    case '/postgres/programs':
      return programs(searchParams.get('version') ?? version);
    case '/redis/home':
      return redis('');
    case '/pgbouncer/program':
      return { program: await findPgbouncer() };
    case '/nginx/program':
      return { program: await findNginx() };
    default:
      throw new Error(`the guard has no ${path}`);
  }
});

const server = createServer((request, response) => {
  answer(request.url ?? '').then(
    (value) => response.end(JSON.stringify(value)),
    (error: unknown) => {
      response.statusCode = 500;
      response.end(error instanceof Error ? error.message : String(error));
    },
  );
});

const end = async (): Promise<never> => {
  server.close();
  const settled = await Promise.allSettled(closers.map((close) => close()));
  for (const one of settled) if (one.status === 'rejected') process.stderr.write(`${String(one.reason)}\n`);
  for (const one of await adoptedProcesses(run)) await killFamily(one);
  await removeContainers(await adoptedContainers(run));
  await rm(run.folder, { recursive: true, force: true, maxRetries: 5 });
  return process.exit(0);
};

process.once('SIGTERM', end);
if (isAlive(run)) server.listen(socketOf(run));
while (isAlive(run)) await sleep(500);
await end();
