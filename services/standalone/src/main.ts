import cluster from 'node:cluster';
import { createLogger, runMain } from '@monitor-server/runtime';
import { readConfig } from './config.ts';
import { runHttpProcess } from './http-process.ts';
import { runSupervisor } from './supervisor.ts';

await runMain(async () => {
  const config = readConfig({ argv: process.argv.slice(2), env: process.env, cwd: process.cwd() });
  const run = cluster.isPrimary ? runSupervisor : runHttpProcess;
  await run(config, createLogger(cluster.isPrimary ? 'supervisor' : 'http', config.environment));
});
