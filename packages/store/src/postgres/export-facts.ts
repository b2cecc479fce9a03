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

/** Where the first value of each column is in a part of so many metrics, after its beginning; and its end. */
function layoutOf(length: number): { firsts: number[]; end: number } {
  const firsts: number[] = [];
  let end = 0;
  for (const [, width] of COLUMNS) {
    firsts.push(end + HEADER + PREFIX);
    end += HEADER + length * (PREFIX + width);
  }
  return { firsts, end };
}

/**
 * A way to unpack segments. What it gave is no longer there once it is used again: all share the same memory, which would
 * be garbage of hundreds of megabytes otherwise.
 */
export function createUnpacking(): (packed: PackedSegment) => ExportFacts {
  let bytes = Buffer.alloc(0);
  let view = new DataView(bytes.buffer);

  /** After `\x` there are two digits a byte. */
  const sizeOf = (part: string): number => part.length / 2 - 1;

  /** Writes all parts to the shared memory. Gives where the columns of each begin, and how many metrics there are. */
  function place(parts: readonly string[]): { columns: number[][]; length: number } {
    const size = parts.reduce((sum, part) => sum + sizeOf(part), 0);
    if (bytes.length < size) {
      bytes = Buffer.allocUnsafeSlow(size);
      view = new DataView(bytes.buffer);
    }
    let [begin, length] = [0, 0];
    const columns = parts.map((part) => {
      bytes.write(part.slice(2), begin, 'hex');
      const here = view.getInt32(begin + LENGTH_AT);
      const { firsts, end } = layoutOf(here);
      const places = firsts.map((first) => begin + first);
      begin += end;
      length += here;
      return places;
    });
    return { columns, length };
  }

  return ({ parts, texts }) => {
    const { columns, length } = place(parts);

    /** Where a value is. All parts but the last have the same length. */
    function at(row: number, column: number, step: number): number {
      const places = columns[Math.floor(row / PART_ROWS)] as number[];
      return (places[column] as number) + (row % PART_ROWS) * step;
    }
    function bigint(row: number, column: number): number {
      const place = at(row, column, PREFIX + 8);
      return view.getInt32(place) * WORD + view.getUint32(place + 4);
    }
    const integer = (row: number, column: number): number => view.getInt32(at(row, column, PREFIX + 4));
    const double = (row: number, column: number): number => view.getFloat64(at(row, column, PREFIX + 8));

    return {
      length,
      id: (row) => bigint(row, 0),
      micros: (row) => bigint(row, 1),
      text: (row) => texts[bigint(row, 0)] ?? null,
      test: (row) => integer(row, 2),
      session: (row) => integer(row, 3),
      context: (row) => integer(row, 4),
      numbers: (row) => [double(row, 5), double(row, 6), double(row, 7), double(row, 8), double(row, 9)],
    };
  };
}
