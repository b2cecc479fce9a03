import { platform } from '#platform';
import type { Dialect } from '../dialect.ts';
import { MonitorError, UnsupportedError } from '../errors.ts';
import type { ReadOptions } from '../reading/options.ts';
import { linesOf, type UploadLine } from './lines.ts';
import { sourceOfCollections, type UploadCollections, type UploadSource } from './source.ts';

/** Something that a server refused to store. */
export interface UploadRefusal {
  /** `context`, `session` or `metric`. */
  type: string;
  /** Which of its kind it is in the source, from 0. */
  at: number;
  detail: string;
  /** What is wrong, by field. */
  errors?: Readonly<Record<string, string>> | undefined;
}

/** What an upload did. The counts include what the server had already. */
export interface UploadReport {
  metrics: number;
  sessions: number;
  contexts: number;
  /** How many records the server refused. */
  rejected: number;
  /** The first hundred of them. */
  refusals: UploadRefusal[];
}

export interface UploadOptions extends ReadOptions {
  /**
   * How many records to leave out at the start because an earlier upload of the same source stored them: the `done`
   * of an `UploadError`. It only saves time, for what is sent again is not stored again.
   */
  from?: number | undefined;
}

/** An upload broke off. Starting it again, with `from` or without, goes on where it ended. */
export class UploadError extends MonitorError {
  override name = 'UploadError';
  /** How many records of the source were dealt with before. */
  readonly done: number;
  readonly report: UploadReport;

  constructor(done: number, report: UploadReport, cause: unknown) {
    const why = cause instanceof Error ? cause.message : String(cause);
    super(`the upload broke off after ${done} records: ${why}`, { cause });
    this.done = done;
    this.report = report;
  }
}

const BATCH_LINES = 5000;
const BATCH_LENGTH = 4 * 1024 * 1024;
const REFUSALS = 100;

/** Puts lines, but for the first so many, into batches of a size that a server stores in a moment. */
async function* batchesOf(groups: AsyncIterable<UploadLine[]>, from: number): AsyncGenerator<UploadLine[]> {
  let batch: UploadLine[] = [];
  let length = 0;
  let at = 0;
  for await (const lines of groups) {
    for (const line of lines) {
      if (at++ < from) continue;
      batch.push(line);
      length += line.text.length;
      if (batch.length < BATCH_LINES && length < BATCH_LENGTH) continue;
      yield batch;
      batch = [];
      length = 0;
    }
  }
  if (batch.length > 0) yield batch;
}

/**
 * Stores everything a source has on a server, batch by batch; the next batch is made while one is on its way. Throws
 * an UploadError where a batch fails in spite of all retries; what came before is stored then.
 */
export async function upload(
  target: Dialect,
  source: UploadSource,
  { signal, onProgress, from = 0 }: UploadOptions,
): Promise<UploadReport> {
  if (target.importLines === undefined)
    throw new UnsupportedError('only a monitor-server can be uploaded to, no file');
  const store = target.importLines.bind(target);
  const report: UploadReport = { metrics: 0, sessions: 0, contexts: 0, rejected: 0, refusals: [] };
  const total = onProgress && (await source.total());
  let done = from;

  async function send(batch: readonly UploadLine[]): Promise<void> {
    const result = await store(
      batch.map(({ text }) => text),
      signal,
    );
    report.metrics += result.metrics;
    report.sessions += result.sessions;
    report.contexts += result.contexts;
    report.rejected += result.rejected;
    for (const { line, detail, errors } of result.errors.slice(0, REFUSALS - report.refusals.length)) {
      const refused = batch[line - 1];
      if (refused !== undefined) report.refusals.push({ type: refused.type, at: refused.at, detail, errors });
    }
    done += batch.length;
    onProgress?.({ done, total });
  }

  let sending: Promise<void> = Promise.resolve();
  try {
    for await (const batch of batchesOf(linesOf(source), from)) {
      await sending;
      sending = send(batch);
      // It is awaited when the next batch is ready, which takes a while.
      sending.catch(() => undefined);
    }
    await sending;
    return report;
  } catch (error) {
    signal?.throwIfAborted();
    throw new UploadError(done, report, error);
  }
}

/** Stores a database, or collections, on a server: as `upload`. */
export async function uploadFrom(
  target: Dialect,
  from: string | URL | UploadCollections,
  options: UploadOptions,
): Promise<UploadReport> {
  if (typeof from !== 'string' && !(from instanceof URL))
    return upload(target, sourceOfCollections(from), options);
  const source = await platform.openUpload(from, options.signal);
  try {
    return await upload(target, source, options);
  } finally {
    await source.close();
  }
}
