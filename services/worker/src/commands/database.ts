import {
  databaseError,
  readSettings,
  type Database,
  type Settings,
  type Source,
} from '@monitor-server/runtime/config';

/**
 * Has `work` done on the database that the variables name; arguments are the command's own. Throws a ConfigError about
 * the setting where the store says that this database cannot be used so.
 */
export async function onDatabase<T>(
  source: Source,
  work: (database: Database, settings: Settings<'database'>) => Promise<T>,
): Promise<T> {
  const settings = readSettings(['database'], { ...source, argv: [] });
  try {
    return await work(settings.database, settings);
  } catch (error) {
    throw databaseError(settings, error);
  }
}

/** Has `work` done with something that is to be closed afterwards. */
export async function closedAfter<Opened extends { close(): Promise<void> }, T>(
  opened: Opened,
  work: (opened: Opened) => Promise<T>,
): Promise<T> {
  try {
    return await work(opened);
  } finally {
    await opened.close();
  }
}
