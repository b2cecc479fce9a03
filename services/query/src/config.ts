import { existsSync } from 'node:fs';
import {
  readSettings,
  settingError,
  type Settings,
  type Source,
  type SqliteDatabase,
} from '@monitor-server/runtime';

const keys = ['environment', 'host', 'port', 'timeout', 'pageSize', 'database', 'certificate'] as const;

export type QueryConfig = Settings<(typeof keys)[number]> & { readonly database: SqliteDatabase };

/** Reads the configuration of a query service that runs alone beside the service that writes. */
export function readConfig(source: Source): QueryConfig {
  const settings = readSettings(keys, source);
  const { database } = settings;
  if (database.kind !== 'sqlite') {
    throw settingError(
      settings,
      'database',
      'PostgreSQL is not supported by this version yet; give sqlite:///file',
    );
  }
  if (!existsSync(database.path)) {
    throw settingError(
      settings,
      'database',
      'there is no such file yet; start services/ingest first, it makes it',
    );
  }
  return { ...settings, database };
}
