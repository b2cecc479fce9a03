export { openAccessTokens, type AccessTokensOptions } from './access-tokens.ts';
export { migratePostgres, type MigrationOptions } from './migrate.ts';
export { openPatientWriter } from './patient-writer.ts';
export type { StoreLog } from './primary.ts';
export { openPostgresWriter, type PostgresWriterOptions } from './writer.ts';
export { openDeadRecords, type DeadRecordsOptions } from './dead-records.ts';
export { checkSchema } from './schema.ts';
export { openPostgresReader, type PostgresReaderOptions } from './reader.ts';
