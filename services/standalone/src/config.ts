import {
  processCount,
  readSettings,
  type Settings,
  type SettingKey,
  type Source,
} from '@monitor-server/runtime/config';

/** Every setting: this server is all services in one. */
export const standaloneKeys = [
  'environment',
  'host',
  'port',
  'managementPort',
  'managementHost',
  'logLevel',
  'traces',
  'traceShare',
  'timeout',
  'workers',
  'pageSize',
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
] as const satisfies readonly SettingKey[];

export type StandaloneConfig = Settings<(typeof standaloneKeys)[number]> & {
  /** HTTP processes to run: at most one a core, one in development. */
  readonly processes: number;
};

/** Reads the configuration from flags and variables. Throws `ConfigError`; nothing is created or opened. */
export const readConfig = (source: Source): StandaloneConfig => {
  const settings = readSettings(standaloneKeys, source);
  return { ...settings, processes: processCount(settings) };
};
