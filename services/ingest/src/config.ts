import { readServiceSettings, type ServiceSettings, type Source } from '@monitor-server/runtime';

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
  'logFolder',
  'certificate',
] as const;

export type IngestConfig = ServiceSettings<(typeof keys)[number]>;

/** Reads the configuration of an ingest service that runs alone. With SQLite it writes the file itself. */
export function readConfig(source: Source): IngestConfig {
  return readServiceSettings(keys, source);
}
