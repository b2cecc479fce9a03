import { resources } from '@monitor-server/contract/values';
import type { ClientBase } from 'pg';
import type { Numbers } from '../export/format.ts';
import type { ExportPlan } from './export-plan.ts';
import type { Segment } from './segment.ts';
import { createValues, verbatim } from './snapshot.ts';

/** The columns of `metric` that an export needs, and how many bytes a value of each takes. */
const COLUMNS = [
  ['id', 8],
  ['start_us', 8],
  ['test_id', 4],
  ['session_id', 4],
  ['context_id', 4],
  ...resources.map((name) => [name, 8] as const),
] as const;

// One row for many metrics, in binary: reading a row each, as text, took three times as long. A row is shorter than what
// is received at once, because a longer one would be copied together in ever larger buffers.
const PART_ROWS = 256;
const ARRAYS = COLUMNS.map(([name]) => `array_agg(${name}) AS ${name}`).join(', ');
const PART = COLUMNS.map(([name]) => `array_send(${name}[place : place + ${PART_ROWS - 1}])`).join(' || ');

/** Dimensions, whether there are nulls, type, length and lower bound; and what stands before each element. */
const HEADER = 20;
const LENGTH_AT = 12;
const PREFIX = 4;

const WORD = 2 ** 32;

/** What a segment has of the metrics of an export, as the server packs it. */
export interface PackedSegment {
  readonly segment: Segment;
  /** Some metrics each: all columns, one after the other, in hexadecimal digits. */
  readonly parts: readonly string[];
  /** The start times whose canonical form would read differently, as they were sent, by the ids of their metrics. */
  readonly texts: Readonly<Record<number, string>>;
}

/** Metrics in order, by their places from 0. */
export interface ExportFacts {
  readonly length: number;
  id(row: number): number;
  micros(row: number): number;
  /** The start time as it was sent, where the canonical form would read differently. */
  text(row: number): string | null;
  test(row: number): number;
  session(row: number): number;
  context(row: number): number;
  numbers(row: number): Numbers;
}

/** The metrics of a segment that are meant. */
async function readPacked(client: ClientBase, plan: ExportPlan, segment: Segment): Promise<PackedSegment> {
  const values = createValues();
  const { rows } = await client.query<[part: string, texts: string | null]>({
    text: `SELECT ${PART}, CASE WHEN place = 1 THEN texts END FROM (
        SELECT ${ARRAYS}, json_object_agg(id, start_text) FILTER (WHERE start_text IS NOT NULL) AS texts
        FROM (SELECT * FROM metric m WHERE ${plan.condition(segment, values)} ORDER BY m.id) AS fact
      ) AS packed, generate_series(1, cardinality(id), ${PART_ROWS}) AS place`,
    values: [...values.list],
    rowMode: 'array',
    types: verbatim,
  });
  const texts = JSON.parse(rows[0]?.[1] ?? '{}') as PackedSegment['texts'];
  return { segment, parts: rows.map(([part]) => part), texts };
}

/** Reads segments in order, each while use is made of the one before: the server need not wait meanwhile. */
export async function* readAhead(
  client: ClientBase,
  plan: ExportPlan,
  segments: Iterable<Segment>,
): AsyncGenerator<PackedSegment> {
  let before: Promise<PackedSegment> | undefined;
  for (const segment of segments) {
    const reading = readPacked(client, plan, segment);
    // Whoever takes no more does not mind.
    reading.catch(() => undefined);
    if (before !== undefined) yield await before;
    before = reading;
  }
  if (before !== undefined) yield await before;
}

/**
 * A way to unpack parts. What it gave is no longer there once it is used again: all share the same memory, which would
 * be garbage of hundreds of megabytes otherwise.
 */
export function createUnpacking(): (part: string, texts: PackedSegment['texts']) => ExportFacts {
  let bytes = Buffer.alloc(0);
  let view = new DataView(bytes.buffer);

  const bigintAt = (at: number): number => view.getInt32(at) * WORD + view.getUint32(at + PREFIX);

  return (part, texts) => {
    // After `\x` there are two digits a byte.
    const size = part.length / 2 - 1;
    if (bytes.length < size) {
      bytes = Buffer.allocUnsafeSlow(size);
      view = new DataView(bytes.buffer);
    }
    bytes.write(part.slice(2), 'hex');
    const length = view.getInt32(LENGTH_AT);
    const steps = COLUMNS.map(([, width]) => PREFIX + width);
    const starts: number[] = [];
    let end = 0;
    for (const step of steps) {
      starts.push(end + HEADER + PREFIX);
      end += HEADER + length * step;
    }
    const [id = 0, micros = 0, test = 0, session = 0, context = 0, first = 0] = starts;
    const apart = HEADER + length * (PREFIX + 8);

    return {
      length,
      id: (row) => bigintAt(id + row * 12),
      micros: (row) => bigintAt(micros + row * 12),
      text: (row) => texts[bigintAt(id + row * 12)] ?? null,
      test: (row) => view.getInt32(test + row * 8),
      session: (row) => view.getInt32(session + row * 8),
      context: (row) => view.getInt32(context + row * 8),
      numbers(row) {
        const at = first + row * 12;
        return [
          view.getFloat64(at),
          view.getFloat64(at + apart),
          view.getFloat64(at + 2 * apart),
          view.getFloat64(at + 3 * apart),
          view.getFloat64(at + 4 * apart),
        ];
      },
    };
  };
}
