import {
  closeHttpApp,
  createHealth,
  createHttpApp,
  createLogger,
  listen,
  openManagement,
  runMain,
  serveHealth,
  stopGracefully,
  VERSION,
} from '@monitor-server/runtime';
import { query } from './app.ts';
import { readConfig } from './config.ts';
import { openReader } from './reader.ts';

await runMain(async () => {
  const config = readConfig({ argv: process.argv.slice(2), env: process.env, cwd: process.cwd() });
  const { timeout, pageSize, certificate, environment, port, host } = config;
  const logger = createLogger('query', environment);
  const reader = await openReader(config, logger);
  const health = createHealth({ reading: reader.check });
  const management = await openManagement(config, { health }, logger);
  const app = createHttpApp({ logger, timeout, certificate });
  serveHealth(app, health);
  query(app, { reader, pageSize, timeout, version: VERSION });
  stopGracefully(logger, async () => {
    health.stop();
    await closeHttpApp(app);
    await reader.close();
    await management.close();
  });
  logger.info({ url: await listen(app, port, host), management: management.url }, 'ready');
});
