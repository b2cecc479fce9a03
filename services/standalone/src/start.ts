import cluster from 'node:cluster';
import { createLogger, runMain } from '@monitor-server/runtime';
import { readConfig } from './config.ts';

await runMain(async () => {
  const { argv, env } = process;
  const config = readConfig({ argv: argv.slice(2), env, cwd: process.cwd() });
  const role = cluster.isPrimary ? 'supervisor' : env['MONITOR_SERVER_ROLE'];
  const logger = createLogger(role ?? 'http', config);
  // Each process loads only what it runs: the supervisor needs no HTTP.
  if (role === 'supervisor') await (await import('./supervisor.ts')).runSupervisor(config, logger);
  else if (role === 'worker') await (await import('./worker-process.ts')).runWorkerProcess(config, logger);
  else await (await import('./http-process.ts')).runHttpProcess(config, logger, env['MONITOR_SERVER_WRITER']);
});
