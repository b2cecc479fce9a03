import type { Dialect } from '../dialect.ts';
import type { Fetch, TlsOptions } from '../remote/options.ts';

/** What depends on where the library runs. */
export interface Platform {
  /** Opens a `.pymon` file; waits `timeout` milliseconds for one that another process has locked. */
  openDatabase(path: string | URL, options: { timeout?: number | false | undefined }): Promise<Dialect>;
  /** A fetch that uses these certificates. */
  secureFetch(options: TlsOptions): Fetch;
  readText(path: string): Promise<string>;
  readLines(path: string): AsyncIterable<string>;
  /** Writes a file, which is there as a whole or not at all. */
  writeText(path: string, chunks: Iterable<string>): Promise<void>;
}
