import type { Dialect } from '../dialect.ts';
import type { Fetch, TlsOptions } from '../remote/options.ts';
import type { OpenUploadSource } from '../upload/source.ts';

/** What depends on where the library runs. */
export interface Platform {
  /** Opens a `.pymon` file; waits `timeout` milliseconds for one that another process has locked. */
  openDatabase(path: string | URL, options: { timeout?: number | false | undefined }): Promise<Dialect>;
  /** Opens what can be uploaded: a file, or the PostgreSQL database of an original monitor-server. */
  openUpload(from: string | URL, signal: AbortSignal | undefined): Promise<OpenUploadSource>;
  /** A fetch that uses these certificates. */
  secureFetch(options: TlsOptions): Fetch;
  readText(path: string): Promise<string>;
  readLines(path: string): AsyncIterable<string>;
  /** Writes a file, which is there as a whole or not at all. */
  writeText(path: string, chunks: Iterable<string>): Promise<void>;
}
