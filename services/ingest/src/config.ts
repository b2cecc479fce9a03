import { readSettings, type Settings, type Source } from '@monitor-server/runtime';

/** What it reads. */
export const keys = [
  'environment',
  'host',
  'port',
  'managementPort',
  'managementHost',
  'logLevel',
  'traces',
  'traceShare',
  'timeout',
  'database',
  'retentionDays',
  'replicas',
  'replicaLag',
  'queueUri',
  'queuePatience',
  'backlogLimit',
  'spoolFolder',
  'access',
  'trustedProxies',
  'tokenLimit',
  'addressLimit',
  'failureLimit',
  'certificate',
] as const;

export type IngestConfig = Settings<(typeof keys)[number]>;

/** Reads the configuration of an ingest service that runs alone. With SQLite it writes the file itself. */
export function readConfig(source: Source): IngestConfig {
  return readSettings(keys, source);
}
