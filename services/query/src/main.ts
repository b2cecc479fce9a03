import {
  closeHttpApp,
  createHttpApp,
  createLogger,
  listen,
  runMain,
  stopGracefully,
  VERSION,
} from '@monitor-server/runtime';
import { openReaderPool } from '@monitor-server/store';
import { query } from './app.ts';
import { readConfig } from './config.ts';

/** Reads share the cores with whatever writes beside this service. */
const READER_THREADS = 2;

await runMain(async () => {
  const config = readConfig({ argv: process.argv.slice(2), env: process.env, cwd: process.cwd() });
  const logger = createLogger('query', config.environment);
  const reader = openReaderPool(config.database.path, READER_THREADS, (err) => {
    logger.error({ err }, 'a reader thread crashed and is replaced');
  });
  const { timeout, pageSize, certificate } = config;
  const app = createHttpApp({ logger, timeout, certificate });
  query(app, { reader, pageSize, timeout, version: VERSION });
  stopGracefully(logger, async () => {
    await closeHttpApp(app);
    await reader.close();
  });
  logger.info({ url: await listen(app, config.port, config.host) }, 'ready');
});
