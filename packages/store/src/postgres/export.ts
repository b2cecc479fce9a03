import { once } from 'node:events';
import { PassThrough } from 'node:stream';
import { setTimeout as sleep } from 'node:timers/promises';
import type { ClientBase } from 'pg';
import QueryStream from 'pg-query-stream';
import { createChunks } from '../export/chunks.ts';
import type { ExportQuery } from '../store.ts';
import { createExportLines, type ExportLines } from './export-lines.ts';
import { planExport, type ExportPlan } from './export-plan.ts';
import { METRIC_COLUMNS, type MetricRow } from './metric-rows.ts';
import type { Nodes } from './nodes.ts';
import type { Segment } from './segment.ts';
import { createValues, verbatim } from './snapshot.ts';

/** How many rows are asked of the server at once. */
const BATCH_ROWS = 500;

/** How much text is made at once, in UTF-16 units. */
const LENGTH_TOGETHER = 262_144;

/** From how many chunks on, on either side of the outlet, no more are made. */
const CHUNKS_AHEAD = 4;

/**
 * How long one transaction goes on. A server cannot clear away what is older than the oldest of them, a replica cannot
 * replay that either, and whoever takes chunks slowly, or no more, must not keep a connection from others.
 */
const LEG_MS = 5_000;

/** The rows of a segment, some at a time. Leaving the iteration ends the query. */
async function* readBatches(
  client: ClientBase,
  plan: ExportPlan,
  segment: Segment,
): AsyncGenerator<MetricRow[]> {
  const values = createValues();
  const text = `SELECT ${METRIC_COLUMNS} FROM metric m WHERE ${plan.condition(segment, values)} ORDER BY m.id`;
  const config = { batchSize: BATCH_ROWS, rowMode: 'array' as const, types: verbatim };
  const stream = client.query(new QueryStream(text, [...values.list], config));
  let rows: MetricRow[] = [];
  for await (const row of stream as AsyncIterable<MetricRow>) {
    rows.push(row);
    if (rows.length < BATCH_ROWS) continue;
    yield rows;
    rows = [];
  }
  if (rows.length > 0) yield rows;
}

/** The same, but fails where the connection is lost: a stream that is open then waits for ever. */
async function* readWhileConnected(
  client: ClientBase,
  batches: AsyncGenerator<MetricRow[]>,
): AsyncGenerator<MetricRow[]> {
  const { promise: lost, reject } = Promise.withResolvers<never>();
  lost.catch(() => undefined);
  const onEnd = (): void => reject(new Error('the connection has ended'));
  client.once('error', reject).once('end', onEnd);
  try {
    for (;;) {
      const result = await Promise.race([batches.next(), lost]);
      if (result.done === true) return;
      yield result.value;
    }
  } finally {
    client.off('error', reject).off('end', onEnd);
    // Not waited for: what is asked next on this connection waits for it, and a lost one never answers.
    batches.return(undefined).catch(() => undefined);
  }
}

/** Waits until there is room for more chunks, but not longer than `ms`; says whether there is. */
async function hasRoom(outlet: PassThrough, ms: number): Promise<boolean> {
  const isFree = (): boolean => !outlet.destroyed && !outlet.writableNeedDrain;
  if (isFree() || outlet.destroyed) return isFree();
  const waiting = new AbortController();
  const { signal } = waiting;
  const events = ['drain', 'close'].map((event) => once(outlet, event, { signal }));
  await Promise.race([...events, sleep(Math.max(0, ms), undefined, { signal })]).catch(() => undefined);
  waiting.abort();
  await Promise.allSettled(events);
  return isFree();
}

/** Writes an export to `outlet`, as fast as it is taken from there. */
async function produce(
  nodes: Nodes,
  plan: ExportPlan,
  { lines, outlet, legMs }: { lines: ExportLines; outlet: PassThrough; legMs: number },
): Promise<void> {
  let after = 0;
  /** So many rows become lines together: fewer where lines are long, so that memory has room for them. */
  let together = BATCH_ROWS / 5;

  /** Writes rows as far as there is room before `end`; says whether that was all of them. */
  async function put(rows: readonly MetricRow[], end: number): Promise<boolean> {
    for (let done = 0; done < rows.length;) {
      const slice = rows.slice(done, done + together);
      done += slice.length;
      const write = await lines.prepare(nodes, slice);
      const chunks = createChunks();
      for (const row of slice) chunks.add(write(row));
      together = Math.floor((LENGTH_TOGETHER * slice.length) / chunks.length);
      together = Math.min(BATCH_ROWS, Math.max(1, together));
      for (const chunk of chunks.take()) outlet.write(chunk);
      after = Number(slice.at(-1)?.[0]);
      if (!(await hasRoom(outlet, end - performance.now()))) return false;
    }
    return performance.now() < end;
  }

  /** Goes on where the last one stopped; says whether the end was reached. Done again, it repeats nothing. */
  async function leg(client: ClientBase): Promise<boolean> {
    const end = performance.now() + legMs;
    for (const segment of plan.segmentsAfter(after)) {
      for await (const rows of readWhileConnected(client, readBatches(client, plan, segment))) {
        if (!(await put(rows, end))) return false;
      }
      after = segment.high;
    }
    return true;
  }

  for (;;) {
    if (await nodes.stream((_, client) => leg(client), plan.position)) break;
    while (!outlet.destroyed && !(await hasRoom(outlet, legMs)));
    if (outlet.destroyed) return;
  }
  outlet.end();
}

/**
 * The chunks of an export. It is read in transactions of some seconds, each where there is a server for it, and all the
 * same of one moment; see `ExportPlan`.
 */
export async function* exportChunks(
  nodes: Nodes,
  query: ExportQuery,
  legMs = LEG_MS,
): AsyncGenerator<Uint8Array> {
  const plan = await nodes.read((snapshot) => planExport(snapshot, query.filter));
  const lines = createExportLines(query, plan);
  if (lines.head !== '') yield Buffer.from(lines.head);
  const outlet = new PassThrough({ objectMode: true, highWaterMark: CHUNKS_AHEAD });
  produce(nodes, plan, { lines, outlet, legMs }).catch((error: unknown) => outlet.destroy(error as Error));
  yield* outlet as AsyncIterable<Uint8Array>;
}
