import { existsSync } from 'node:fs';
import {
  readServiceSettings,
  settingError,
  type ServiceSettings,
  type Source,
} from '@monitor-server/runtime';

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
  'pageSize',
  'database',
  'replicas',
  'replicaLag',
  'queueUri',
  'access',
  'trustedProxies',
  'tokenLimit',
  'addressLimit',
  'failureLimit',
  'logFolder',
  'certificate',
] as const;

export type QueryConfig = ServiceSettings<(typeof keys)[number]>;

/** Reads the configuration of a query service that runs alone beside the service that writes. */
export function readConfig(source: Source): QueryConfig {
  const settings = readServiceSettings(keys, source);
  const { database } = settings;
  if (database.kind === 'sqlite' && !existsSync(database.path)) {
    throw settingError(
      settings,
      'database',
      'there is no such file yet; start services/ingest first, it makes it',
    );
  }
  return settings;
}
