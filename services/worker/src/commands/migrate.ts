import { settingError, type Source } from '@monitor-server/runtime/config';
import { onDatabase } from './database.ts';

/** Brings the database's schema up to date. Throws a ConfigError where that cannot be done. */
export function migrate(source: Source): Promise<string> {
  return onDatabase(source, async (database, settings) => {
    if (database.kind === 'sqlite') {
      throw settingError(
        settings,
        'database',
        'SQLite is brought up to date at every start; name a PostgreSQL database',
      );
    }
    const { migratePostgres } = await import('@monitor-server/store/postgres');
    await migratePostgres({ uris: database.uris });
    return `The schema of ${database.shown} is up to date.`;
  });
}
