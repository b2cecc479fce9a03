export { exposure, type AccessMode } from './access-settings.ts';
export type { Certificate } from './certificate.ts';
export { databaseError } from './database-error.ts';
export type { Database, PostgresDatabase, SqliteDatabase } from './database-uri.ts';
export { describeFlags, describeSettings } from './describe.ts';
export { ConfigError, errorCode, quoted } from './error.ts';
export { flagArguments, readFlags, type Flags } from './flags.ts';
export type { LogLevel } from './operation-settings.ts';
export { listenError } from './listen.ts';
export type { QueueAddress, RedisHost, RedisLogin } from './queue-address.ts';
export { parseQueueUri } from './queue-uri.ts';
export {
  processCount,
  readServiceSettings,
  readSettings,
  settingError,
  type ServiceSettings,
  type Settings,
  type Source,
} from './read.ts';
export {
  settings,
  type Environment,
  type Given,
  type SettingKey,
  type Surroundings,
  type Values,
} from './settings.ts';
