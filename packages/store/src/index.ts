export * from './store.ts';
export type { AccessToken, AccessTokens, NewAccessToken, Uses } from './access-tokens.ts';
export { openReaderPool } from './sqlite/reader-pool.ts';
export { openSqliteReader, type SqliteReader } from './sqlite/reader.ts';
export { openWriterThread } from './sqlite/writer-client.ts';
export { openRemoteWriter, type RemoteWriter } from './sqlite/writer-socket.ts';
export { openSqliteWriter, type SqliteWriter } from './sqlite/writer.ts';
export { openSqliteDeadRecords } from './sqlite/dead-records.ts';
export { createSqliteAccessTokens } from './sqlite/access-tokens.ts';
