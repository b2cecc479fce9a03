export * from './store.ts';
export { openReaderPool } from './sqlite/reader-pool.ts';
export { openSqliteReader, type SqliteReader } from './sqlite/reader.ts';
export { openWriterThread, type WriterThread } from './sqlite/writer-client.ts';
export { openSqliteWriter, type SqliteWriter } from './sqlite/writer.ts';
