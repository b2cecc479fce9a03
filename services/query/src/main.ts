import { setFlagsFromString } from 'node:v8';
import {
  createHealth,
  exposure,
  openManagement,
  openServiceLogger,
  openTelemetry,
  runMain,
  stopGracefully,
  VERSION,
} from '@monitor-server/runtime';
import { closeHttpApp, createServiceApp, listen, openAccess } from '@monitor-server/runtime/http';
import { openCounters } from '@monitor-server/queue';
import { query } from './app.ts';
import { readConfig } from './config.ts';
import { openReader } from './reader.ts';

// The garbage of a long export would pile up to several times of what is in use.
setFlagsFromString('--heap-growing-percent=50');

await runMain(async () => {
  const config = readConfig({ argv: process.argv.slice(2), env: process.env, cwd: process.cwd() });
  const { timeout, pageSize, port, host } = config;
  const logger = openServiceLogger('query', config);
  const reader = await openReader(config, logger);
  const telemetry = await openTelemetry('query', config);
  telemetry.metrics?.watchReading(reader.usage);
  const health = createHealth({ reading: reader.check });
  const management = await openManagement(
    config,
    { health, samples: async () => [await telemetry.samples()] },
    logger,
  );
  const access = await openAccess(config, { logger, openCounters });
  const app = await createServiceApp(config, { logger, access, telemetry, health });
  query(app, { reader, pageSize, timeout, version: VERSION });
  stopGracefully(logger, async () => {
    health.stop();
    await closeHttpApp(app);
    await reader.close();
    await access.close();
    await telemetry.close();
    await management.close();
  });
  const warning = exposure(config);
  if (warning !== undefined) logger.warn(warning);
  logger.info({ url: await listen(app, port, host), management: management.url }, 'ready');
});
