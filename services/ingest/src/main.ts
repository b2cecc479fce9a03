import {
  closeHttpApp,
  createHttpApp,
  createLogger,
  listen,
  runMain,
  stopGracefully,
} from '@monitor-server/runtime';
import { ingest } from './app.ts';
import { readConfig } from './config.ts';
import { openWayIn } from './way-in.ts';

await runMain(async () => {
  const config = readConfig({ argv: process.argv.slice(2), env: process.env, cwd: process.cwd() });
  const { timeout, certificate, environment, port, host } = config;
  const logger = createLogger('ingest', environment);
  const { intake, isReadable, release, close } = await openWayIn(config, logger);
  const app = createHttpApp({ logger, timeout, certificate });
  await ingest(app, { intake, timeout, isReadable });
  stopGracefully(logger, async () => {
    release();
    await closeHttpApp(app);
    await close();
  });
  logger.info({ url: await listen(app, port, host) }, 'ready');
});
