import { fromApt } from '../servers/apt.ts';
import { hasDocker } from '../servers/docker.ts';
import type { RedisHome } from '../servers/guard-client.ts';
import { findProgram } from '../servers/program.ts';
import type { Run } from '../servers/run.ts';
import { firstOf, type Shared } from '../servers/source.ts';
import { releaseAll } from './database.ts';
import { startInstance } from './instance.ts';

const findServer = (): RedisHome | undefined => {
  const program = findProgram('redis-server');
  return program === undefined ? undefined : { in: 'process', program };
};

/** Where servers of a test's own run; rejects where none can. */
export const findRedis = (): Promise<RedisHome> =>
  firstOf(
    'redis-server',
    'Install Redis (Debian: apt-get install redis-server; macOS: brew install redis) or start Docker.',
    [
      { name: 'PATH and the usual folders', open: findServer },
      { name: 'Docker', open: async () => ((await hasDocker()) ? { in: 'container' } : undefined) },
      fromApt(['redis-server'], findServer),
    ],
  );

/** The server all tests of a run share: an explicit one, or else one in Docker, or else one of this machine. */
export const startShared = (
  run: Run,
  uri: string | undefined,
  find: () => Promise<RedisHome>,
): Promise<Shared> => {
  // Every test has a database number of its own, so there have to be many; an unused one costs nothing.
  const start = (home: RedisHome): Promise<Shared> =>
    startInstance(run, home, { args: ['--databases', '4096'] });
  return firstOf('a Redis server', 'Set MONITOR_SERVER_TEST_REDIS_URI, start Docker, or install Redis.', [
    {
      name: 'MONITOR_SERVER_TEST_REDIS_URI',
      open: () => (uri === undefined ? undefined : { uri, close: () => releaseAll(uri, run.id) }),
    },
    {
      name: 'Docker',
      open: async () => ((await hasDocker()) ? start({ in: 'container' }) : undefined),
    },
    { name: 'programs', open: async () => start(await find()) },
  ]);
};
