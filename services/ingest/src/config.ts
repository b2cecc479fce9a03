import {
  readSettings,
  settingError,
  type Settings,
  type Source,
  type SqliteDatabase,
} from '@monitor-server/runtime';

const keys = ['environment', 'host', 'port', 'timeout', 'database', 'certificate'] as const;

export type IngestConfig = Settings<(typeof keys)[number]> & { readonly database: SqliteDatabase };

/** Reads the configuration of an ingest service that runs alone and writes to SQLite itself. */
export function readConfig(source: Source): IngestConfig {
  const settings = readSettings(keys, source);
  const { database } = settings;
  if (database.kind === 'sqlite') return { ...settings, database };
  throw settingError(
    settings,
    'database',
    'PostgreSQL is not supported by this version yet; give sqlite:///file',
  );
}
