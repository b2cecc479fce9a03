import {
  processCount,
  readSettings,
  settingError,
  type Settings,
  type SettingKey,
  type Source,
  type SqliteDatabase,
} from '@monitor-server/runtime/config';

/** Every setting: the embedded server is all services in one. */
export const standaloneKeys = [
  'environment',
  'host',
  'port',
  'timeout',
  'workers',
  'pageSize',
  'database',
  'queueUri',
  'logFolder',
  'certificate',
] as const satisfies readonly SettingKey[];

export type StandaloneConfig = Settings<(typeof standaloneKeys)[number]> & {
  readonly database: SqliteDatabase;
  /** HTTP processes to run: at most one a core, one in development. */
  readonly processes: number;
};

/** Reads the configuration from flags and variables. Throws `ConfigError`; nothing is created or opened. */
export const readConfig = (source: Source): StandaloneConfig => {
  const settings = readSettings(standaloneKeys, source);
  const { database, queueUri } = settings;
  if (database.kind !== 'sqlite')
    throw settingError(
      settings,
      'database',
      'PostgreSQL is not supported by this version yet; give sqlite:///file or sqlite:////absolute/file',
    );
  if (queueUri !== undefined)
    throw settingError(settings, 'queueUri', 'a queue is not supported by this version yet; unset it');
  return { ...settings, database, processes: processCount(settings) };
};
