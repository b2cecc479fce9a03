import { once } from 'node:events';
import { PassThrough } from 'node:stream';
import { setTimeout as sleep } from 'node:timers/promises';
import type { ClientBase } from 'pg';
import { createChunks } from '../export/chunks.ts';
import type { ExportQuery } from '../store.ts';
import { createUnpacking, readAhead, type ExportFacts } from './export-facts.ts';
import { createExportLines, type ExportLines } from './export-lines.ts';
import { planExport, type ExportPlan } from './export-plan.ts';
import type { Nodes } from './nodes.ts';

/** How many rows become lines at once, and how much text that should be at most, in UTF-16 units. */
const ROWS_TOGETHER = 2_048;
const LENGTH_TOGETHER = 1_048_576;

/** From how many chunks on, on either side of the outlet, no more are made. */
const CHUNKS_AHEAD = 4;

/**
 * How long one transaction goes on. A server cannot clear away what is older than the oldest of them, a replica cannot
 * replay that either, and whoever takes chunks slowly, or no more, must not keep a connection from others.
 */
const LEG_MS = 5_000;

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
  const unpack = createUnpacking();
  let after = 0;
  /** So many rows become lines together: fewer where lines are long, so that memory has room for them. */
  let together = ROWS_TOGETHER / 16;

  /** Writes rows as far as there is room before `end`; says whether that was all of them. */
  async function put(facts: ExportFacts, end: number): Promise<boolean> {
    for (let from = 0; from < facts.length;) {
      const to = Math.min(facts.length, from + together);
      const write = await lines.prepare(nodes, facts, from, to);
      const chunks = createChunks();
      for (let row = from; row < to; row++) chunks.add(write(row));
      together = Math.floor((LENGTH_TOGETHER * (to - from)) / chunks.length);
      together = Math.min(ROWS_TOGETHER, Math.max(1, together));
      for (const chunk of chunks.take()) outlet.write(chunk);
      after = facts.id(to - 1);
      from = to;
      if (!(await hasRoom(outlet, end - performance.now()))) return false;
    }
    return performance.now() < end;
  }

  /** Goes on where the last one stopped; says whether the end was reached. Done again, it repeats nothing. */
  async function leg(client: ClientBase): Promise<boolean> {
    const end = performance.now() + legMs;
    for await (const packed of readAhead(client, plan, plan.segmentsAfter(after))) {
      if (!(await put(unpack(packed), end))) return false;
      after = packed.segment.high;
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
