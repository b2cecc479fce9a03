import { createHealth, onePartOf, openTelemetry, type Logger } from '@monitor-server/runtime';
import { closeHttpApp, listen } from '@monitor-server/runtime/http';
import { createStandaloneApp } from './app.ts';
import { obeySupervisor, tellSupervisor } from './child.ts';
import type { StandaloneConfig } from './config.ts';
import { openParts } from './parts.ts';

/** Runs one HTTP process: it accepts and answers. `writer` is the socket of the supervisor's writer, if it has one. */
export async function runHttpProcess(
  config: StandaloneConfig,
  logger: Logger,
  writer: string | undefined,
): Promise<void> {
  const telemetry = await openTelemetry('http', config);
  const parts = await openParts(config, logger, telemetry, writer);
  const { probes, reader } = parts;
  // Posts must be taken whatever becomes of reads: a gateway that sends nothing here any more would lose them.
  const health = createHealth({ ...probes, reading: reader.check }, onePartOf(Object.keys(probes)));
  const app = await createStandaloneApp(config, logger, parts, health, telemetry);
  obeySupervisor(logger, {
    readiness: health.readiness,
    metrics: telemetry.samples,
    async stop() {
      health.stop();
      parts.release();
      await closeHttpApp(app);
      await parts.close();
      await telemetry.close();
    },
  });
  try {
    tellSupervisor({ type: 'ready', url: await listen(app, config.port, config.host) });
  } catch (error) {
    const { message, code } = error as NodeJS.ErrnoException;
    tellSupervisor({ type: 'failed', error: { message, code } });
  }
}
