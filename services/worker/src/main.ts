import { createLogger, runMain, stopGracefully } from '@monitor-server/runtime';
import { readConfig } from './config.ts';
import { openWorker } from './worker.ts';

await runMain(async () => {
  const config = readConfig({ argv: process.argv.slice(2), env: process.env, cwd: process.cwd() });
  const logger = createLogger('worker', config.environment);
  const worker = await openWorker(config, logger);
  stopGracefully(logger, () => worker.close());
  logger.info({ database: config.database.shown }, 'ready');
});
