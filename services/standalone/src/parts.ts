import type { Acceptance } from '@monitor-server/ingest';
import { openReader } from '@monitor-server/query';
import { createDirectQueue, createIntake, openCounters } from '@monitor-server/queue';
import { observeAccepting, type Logger, type Telemetry } from '@monitor-server/runtime';
import { openAccess, type Access } from '@monitor-server/runtime/http';
import { openRemoteWriter, type StoreReader } from '@monitor-server/store';
import type { StandaloneConfig } from './config.ts';

/** What an HTTP process accepts and answers with. */
export interface Parts extends Acceptance {
  reader: StoreReader;
  access: Access;
}

/** The way to the supervisor's writer. */
function openEmbedded(socket: string, logger: Logger, { metrics, traces }: Telemetry): Acceptance {
  const writer = openRemoteWriter(socket);
  const intake = createIntake(
    createDirectQueue((batch) => writer.write([batch])),
    { follow: traces?.accept, onAccepted: observeAccepting(logger, metrics) },
  );
  return {
    intake,
    probes: { writing: () => writer.write([]) },
    release: () => undefined,
    async close() {
      await intake.idle();
      writer.close();
    },
  };
}

async function openWayIn(
  config: StandaloneConfig,
  logger: Logger,
  telemetry: Telemetry,
  writer: string | undefined,
): Promise<Acceptance> {
  const { database } = config;
  if (database.kind === 'sqlite') return openEmbedded(writer ?? '', logger, telemetry);
  // Loaded only where it is used: it would cost every other process its memory.
  const { openAcceptance } = await import('@monitor-server/ingest/acceptance');
  return openAcceptance(config, database, logger, telemetry);
}

/** Opens the parts; `writer` is the socket of the supervisor's writer, which there is with SQLite. */
export async function openParts(
  config: StandaloneConfig,
  logger: Logger,
  telemetry: Telemetry,
  writer: string | undefined,
): Promise<Parts> {
  const acceptance = await openWayIn(config, logger, telemetry, writer);
  const reader = await openReader(config, logger);
  telemetry.metrics?.watchReading(reader.usage);
  const access = await openAccess(config, { logger, openCounters });
  return {
    ...acceptance,
    reader,
    access,
    async close() {
      await acceptance.close();
      await reader.close();
      await access.close();
    },
  };
}
