import { findInstalled } from './postgres/programs.ts';
import { hasDocker } from './servers/docker.ts';
import { ask } from './servers/guard-client.ts';
import { findProgram } from './servers/program.ts';

/**
 * For `globalSetup` of vitest. Where servers have to be installed, or images fetched, that is done before the
 * clock of any test runs. Where nothing can be had this is silent, and the tests that need it say so.
 */
export const setup = async (): Promise<void> => {
  const version = process.env['MONITOR_SERVER_TEST_POSTGRES_VERSION'];
  const postgres = await findInstalled(version === undefined ? undefined : Number(version));
  const isInstalled = postgres !== undefined && findProgram('redis-server') !== undefined;
  if (isInstalled && !(await hasDocker())) return;
  await Promise.allSettled(
    (['/postgres', '/postgres/programs', '/redis', '/redis/home'] as const).map((path) => ask(path)),
  );
};
