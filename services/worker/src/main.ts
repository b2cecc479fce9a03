import {
  createHealth,
  openManagement,
  openServiceLogger,
  openTelemetry,
  runMain,
  stopGracefully,
} from '@monitor-server/runtime';
import { readConfig } from './config.ts';
import { openWorker } from './worker.ts';

await runMain(async () => {
  const config = readConfig({ argv: process.argv.slice(2), env: process.env, cwd: process.cwd() });
  const logger = openServiceLogger('worker', config);
  const telemetry = await openTelemetry('worker', config);
  const worker = await openWorker(config, logger, telemetry);
  const health = createHealth(worker.probes);
  const management = await openManagement(
    config,
    { health, samples: async () => [await telemetry.samples()] },
    logger,
  );
  stopGracefully(logger, async () => {
    health.stop();
    await worker.close();
    await telemetry.close();
    await management.close();
  });
  logger.info({ database: config.database.shown, management: management.url }, 'ready');
});
