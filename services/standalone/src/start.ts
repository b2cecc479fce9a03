import cluster from 'node:cluster';
import { createLogger, runMain } from '@monitor-server/runtime';
import { readConfig } from './config.ts';

await runMain(async () => {
  const config = readConfig({ argv: process.argv.slice(2), env: process.env, cwd: process.cwd() });
  const logger = createLogger(cluster.isPrimary ? 'supervisor' : 'http', config.environment);
  // Each process loads only what it runs: the supervisor needs no HTTP.
  if (cluster.isPrimary) await (await import('./supervisor.ts')).runSupervisor(config, logger);
  else await (await import('./http-process.ts')).runHttpProcess(config, logger);
});
