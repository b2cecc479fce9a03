import { StoreError } from '@monitor-server/store/port';
import { settingError } from './read.ts';
import type { Given } from './settings.ts';

/** What the store says of its database, as a `ConfigError` about the setting that named it; other errors as they are. */
export const databaseError = (
  settings: { readonly given: { readonly database: Given | undefined } },
  error: unknown,
): unknown => (error instanceof StoreError ? settingError(settings, 'database', error.message) : error);
