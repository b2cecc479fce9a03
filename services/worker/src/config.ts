import {
  readServiceSettings,
  settingError,
  type PostgresDatabase,
  type QueueAddress,
  type ServiceSettings,
  type Source,
} from '@monitor-server/runtime/config';

/** What it reads. */
export const keys = [
  'environment',
  'managementPort',
  'managementHost',
  'logLevel',
  'traces',
  'traceShare',
  'database',
  'retentionDays',
  'queueUri',
  'logFolder',
] as const;

export type WorkerConfig = ServiceSettings<(typeof keys)[number]> & {
  readonly database: PostgresDatabase;
  readonly queueUri: QueueAddress;
};

/** Reads the configuration of a worker that runs alone: it needs a queue to take batches from. */
export function readConfig(source: Source): WorkerConfig {
  const settings = readServiceSettings(keys, source);
  const { database, queueUri } = settings;
  if (queueUri === undefined || database.kind === 'sqlite') {
    throw settingError(
      settings,
      'queueUri',
      'a worker takes batches from a queue; without one the server stores them itself: run services/standalone',
    );
  }
  return { ...settings, database, queueUri };
}
