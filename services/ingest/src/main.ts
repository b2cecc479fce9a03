import { createDirectQueue, createIntake } from '@monitor-server/queue';
import {
  closeHttpApp,
  createHttpApp,
  createLogger,
  listen,
  runMain,
  settingError,
  stopGracefully,
} from '@monitor-server/runtime';
import { openWriterThread, StoreError } from '@monitor-server/store';
import { ingest } from './app.ts';
import { readConfig } from './config.ts';

await runMain(async () => {
  const config = readConfig({ argv: process.argv.slice(2), env: process.env, cwd: process.cwd() });
  const logger = createLogger('ingest', config.environment);
  const writer = await openWriterThread(config.database.path, (err) => {
    logger.error({ err }, 'the writer thread crashed and is replaced');
  }).catch((error: unknown) => {
    throw error instanceof StoreError ? settingError(config, 'database', error.message) : error;
  });
  const intake = createIntake(createDirectQueue(writer));
  const app = createHttpApp({ logger, timeout: config.timeout, certificate: config.certificate });
  await ingest(app, { intake, timeout: config.timeout });
  stopGracefully(logger, async () => {
    await closeHttpApp(app);
    await intake.idle();
    await writer.close();
  });
  logger.info({ url: await listen(app, config.port, config.host) }, 'ready');
});
