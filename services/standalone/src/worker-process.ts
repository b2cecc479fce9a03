import { createHealth, openTelemetry, type Logger } from '@monitor-server/runtime';
import { openWorker } from '@monitor-server/worker/worker';
import { obeySupervisor, tellSupervisor } from './child.ts';
import type { StandaloneConfig } from './config.ts';

/** Runs the process that takes batches from the queue and stores them. */
export async function runWorkerProcess(config: StandaloneConfig, logger: Logger): Promise<void> {
  const { database, queueUri } = config;
  if (database.kind === 'sqlite' || queueUri === undefined) throw new Error('there is no queue to work on');
  const telemetry = await openTelemetry('worker', config);
  const worker = await openWorker({ ...config, database, queueUri }, logger, telemetry);
  const { readiness } = createHealth(worker.probes);
  obeySupervisor(logger, {
    readiness,
    metrics: telemetry.samples,
    async stop() {
      await worker.close();
      await telemetry.close();
    },
  });
  tellSupervisor({ type: 'ready' });
}
