import { Contexts } from '../collections/contexts.ts';
import { Metrics } from '../collections/metrics.ts';
import { Sessions } from '../collections/sessions.ts';
import type { Metric } from '../entities/metric.ts';
import type { Companions } from '../frame/metric-frame.ts';
import type { Monitor } from '../monitor.ts';
import type { ReadOptions } from '../reading/options.ts';
import type { Chunks } from './output.ts';

/** The forms of an export, and the extensions by which they are known. */
export const EXTENSIONS = {
  csv: ['csv'],
  ndjson: ['ndjson', 'jsonl'],
  parquet: ['parquet'],
  arrow: ['arrow', 'feather'],
} as const satisfies Record<string, readonly string[]>;

export type ExportFormat = keyof typeof EXTENSIONS;

export const FORMATS = Object.keys(EXTENSIONS) as ExportFormat[];

/** The form that a file's name stands for; undefined where it stands for none. */
export function formatOf(path: string): ExportFormat | undefined {
  const extension = /\.([^./\\]+)$/.exec(path)?.[1]?.toLowerCase() ?? '';
  return FORMATS.find((format) => EXTENSIONS[format].some((each) => each === extension));
}

/** Whether a form is nothing to look at. */
export function isBinary(format: ExportFormat): format is 'parquet' | 'arrow' {
  return format === 'parquet' || format === 'arrow';
}

/** What stands beside the metrics of an export. */
export interface Beside {
  sessions?: boolean | undefined;
  contexts?: boolean | undefined;
}

const BATCH = 5000;

async function* batchesOf(metrics: AsyncIterable<Metric>): AsyncGenerator<Metrics> {
  let batch = new Metrics();
  for await (const metric of metrics) {
    batch.add(metric);
    if (batch.length < BATCH) continue;
    yield batch;
    batch = new Metrics();
  }
  yield batch;
}

async function* slicesOf(metrics: Metrics): AsyncGenerator<Metrics> {
  for (let start = 0; start < metrics.length; start += BATCH) yield metrics.slice(start, start + BATCH);
}

async function collected(metrics: AsyncIterable<Metric>): Promise<Metrics> {
  const all = new Metrics();
  for await (const metric of metrics) all.add(metric);
  return all;
}

async function companionsOf(
  monitor: Monitor,
  metrics: Metrics,
  { sessions, contexts }: Beside,
  options: ReadOptions,
): Promise<Companions> {
  return {
    sessions: sessions ? await monitor.listSessionsFrom(metrics, options) : undefined,
    contexts: contexts ? await monitor.listContextsFrom(metrics, options) : undefined,
  };
}

async function* csvChunks(batches: AsyncIterable<Metrics>, companions: Companions): Chunks {
  const header = new Metrics().toCSV(companions);
  yield header;
  for await (const batch of batches) yield batch.toCSV(companions).slice(header.length);
}

async function* ndjsonChunks(batches: AsyncIterable<Metrics>, { sessions, contexts }: Companions): Chunks {
  if (contexts !== undefined) yield new Contexts(contexts.values()).dumps('ndjson');
  if (sessions !== undefined) yield new Sessions(sessions.values()).dumps('ndjson');
  for await (const batch of batches) yield batch.dumps('ndjson');
}

async function* arrowChunks(metrics: Metrics, companions: Companions): Chunks {
  const { tableToIPC } = await import('@uwdata/flechette');
  const bytes = tableToIPC(await metrics.toArrow(companions), { format: 'file' });
  if (bytes !== null) yield bytes;
}

async function* parquetChunks(metrics: Metrics, companions: Companions): Chunks {
  yield metrics.toParquet(companions);
}

const WHOLE = { parquet: parquetChunks, arrow: arrowChunks };
const PIECEWISE = { csv: csvChunks, ndjson: ndjsonChunks };

/**
 * Metrics in a form, in pieces. Texts without companions are made as the metrics come, however many there are; anything
 * else needs all of them at hand.
 */
export async function* exportChunks(
  monitor: Monitor,
  metrics: AsyncIterable<Metric>,
  format: ExportFormat,
  beside: Beside,
  options: ReadOptions,
): Chunks {
  if (!isBinary(format) && !beside.sessions && !beside.contexts) {
    yield* PIECEWISE[format](batchesOf(metrics), {});
    return;
  }
  const all = await collected(metrics);
  const companions = await companionsOf(monitor, all, beside, options);
  yield* isBinary(format) ? WHOLE[format](all, companions) : PIECEWISE[format](slicesOf(all), companions);
}
