import { readSettings, settingError, type Source } from '@monitor-server/runtime/config';
import { StoreError } from '@monitor-server/store';

/** Brings the database's schema up to date. Throws a ConfigError where that cannot be done. */
export async function migrate(source: Source): Promise<string> {
  const settings = readSettings(['database'], source);
  const { database } = settings;
  if (database.kind === 'sqlite') {
    throw settingError(
      settings,
      'database',
      'SQLite is brought up to date at every start; name a PostgreSQL database',
    );
  }
  const { migratePostgres } = await import('@monitor-server/store/postgres');
  try {
    await migratePostgres({ uris: database.uris });
    return `The schema of ${database.shown} is up to date.`;
  } catch (error) {
    throw error instanceof StoreError ? settingError(settings, 'database', error.message) : error;
  }
}
