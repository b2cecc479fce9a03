import { Dictionary } from '../collections/dictionary.ts';
import type { MetricColumns, NumberKey, TextColumn, TextKey } from '../collections/metric-columns.ts';
import type { Context } from '../entities/context.ts';
import { METRIC_FIELDS, METRIC_KEYS } from '../entities/metric.ts';
import { selectFields, type Selection } from '../entities/selection.ts';
import type { Session } from '../entities/session.ts';
import { Field } from '../enums.ts';
import { contextFrame, sessionFrame } from './entity-frames.ts';
import { gatherColumn, type Frame, type FrameColumn } from './frame.ts';

/** What stands beside the metrics of a frame. */
export interface Companions {
  /** The sessions whose reference, date and tags are put beside each of their metrics. */
  sessions?: ReadonlyMap<string, Session> | undefined;
  /** The execution contexts whose fields are put beside each of their metrics. */
  contexts?: ReadonlyMap<string, Context> | undefined;
}

/**
 * Texts as frames have them. What was filtered out of a large collection shares its texts; where they are more than
 * the rows, only those are taken that rows use.
 */
function usedTexts({ codes, texts }: TextColumn): { codes: Int32Array; texts: readonly string[] } {
  if (texts.length <= codes.length) {
    return { codes: new Int32Array(codes.buffer, codes.byteOffset, codes.length), texts };
  }
  const used = new Dictionary();
  return { codes: Int32Array.from(codes, (code) => used.codeOf(texts[code] ?? '')), texts: used.texts };
}

/** The row of each metric in another frame, by a hash that both have; -1 where it is not there. */
function rowsIn(columns: MetricColumns, key: TextKey, hashes: Iterable<string>): Int32Array {
  const rows = new Map<string, number>();
  for (const hash of hashes) rows.set(hash, rows.size);
  const { codes, texts } = columns.texts(key);
  const byCode = texts.map((text) => rows.get(text) ?? -1);
  return Int32Array.from(codes, (code) => byCode[code] ?? -1);
}

/** Everything of another frame but the hash, which metrics have already under another name. */
function beside({ columns }: Frame, rows: Int32Array): FrameColumn[] {
  return columns.filter(({ name }) => name !== Field.H).map((column) => gatherColumn(column, rows));
}

/**
 * A frame of metrics: a row for each, its own fields first, then those of its session and of its context. A metric
 * whose session or context is not among the companions has nothing there.
 */
export function metricFrame(
  columns: MetricColumns,
  { sessions, contexts }: Companions,
  selection: Selection,
): Frame {
  const own = selectFields(METRIC_FIELDS, selection).map((field): FrameColumn => {
    const key = METRIC_KEYS[field];
    switch (field) {
      case Field.ITEM_START_TIME:
        return {
          kind: 'time',
          name: field,
          micros: columns.micros(),
          textAt: (row) => columns.timeAt(row),
        };
      case Field.TOTAL_TIME:
      case Field.USER_TIME:
      case Field.KERNEL_TIME:
      case Field.CPU_USAGE:
      case Field.MEM_USAGE:
        return { kind: 'number', name: field, values: columns.numbers(key as NumberKey) };
      default: {
        return { kind: 'text', name: field, ...usedTexts(columns.texts(key as TextKey)) };
      }
    }
  });
  if (sessions !== undefined) {
    const rows = rowsIn(columns, 'session_h', sessions.keys());
    own.push(...beside(sessionFrame([...sessions.values()], selection), rows));
  }
  if (contexts !== undefined) {
    const rows = rowsIn(columns, 'context_h', contexts.keys());
    own.push(...beside(contextFrame([...contexts.values()], selection), rows));
  }
  return { length: columns.length, columns: own };
}
