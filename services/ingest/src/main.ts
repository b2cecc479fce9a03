import {
  createHealth,
  exposure,
  onePartOf,
  openManagement,
  openServiceLogger,
  openTelemetry,
  runMain,
  stopGracefully,
} from '@monitor-server/runtime';
import { closeHttpApp, createServiceApp, listen, openAccess } from '@monitor-server/runtime/http';
import { openCounters } from '@monitor-server/queue';
import { ingest } from './app.ts';
import { readConfig } from './config.ts';
import { openWayIn } from './way-in.ts';

await runMain(async () => {
  const config = readConfig({ argv: process.argv.slice(2), env: process.env, cwd: process.cwd() });
  const { timeout, port, host } = config;
  const logger = openServiceLogger('ingest', config);
  const telemetry = await openTelemetry('ingest', config);
  const { intake, probes, isReadable, release, close } = await openWayIn(config, logger, telemetry);
  const health = createHealth(probes, onePartOf(Object.keys(probes)));
  const management = await openManagement(
    config,
    { health, samples: async () => [await telemetry.samples()] },
    logger,
  );
  const access = await openAccess(config, { logger, openCounters });
  const app = await createServiceApp(config, { logger, access, telemetry, health });
  await ingest(app, { intake, timeout, isReadable });
  stopGracefully(logger, async () => {
    health.stop();
    release();
    await closeHttpApp(app);
    await close();
    await access.close();
    await telemetry.close();
    await management.close();
  });
  const warning = exposure(config);
  if (warning !== undefined) logger.warn(warning);
  logger.info({ url: await listen(app, port, host), management: management.url }, 'ready');
});
