import { createChunks } from '../export/chunks.ts';
import { createExportLines, type ExportLines } from './export-lines.ts';
import type { ExportPlan } from './export-plan.ts';
import { METRIC_COLUMNS, type MetricRow } from './metric-rows.ts';
import { foldedUpTo } from './metric-scope.ts';
import type { Snapshot } from './snapshot.ts';

/** A piece of an export. */
export interface ExportStep {
  /** Whole lines in UTF-8. */
  chunks: Uint8Array<ArrayBuffer>[];
  /** After which metric the next step starts; undefined after the last. */
  next?: number;
}

/** How many rows a step reads, and how much it writes, at most: it takes some milliseconds. */
const ROWS = 500;
const LENGTH = 262_144;

/** How many ids a step looks at in an index, and in a scan, to find so many. */
const INDEX_WINDOW = 2_000;
const SCAN_WINDOW = 32_768;

interface Found {
  rows: MetricRow[];
  /** Up to which id all metrics that are meant are among the rows. */
  high: number;
}

/** Reads the next metrics of an export; undefined where there are no more. */
function readRows(snapshot: Snapshot, plan: ExportPlan, after: number): Found | undefined {
  const { index, where } = plan;
  const stretch = plan.stretches.find(({ high }) => high > after);
  if (stretch === undefined) return undefined;
  const low = Math.max(after, stretch.low);
  const folded = foldedUpTo(snapshot);
  const found = (high: number, among: string): Found => {
    const rows = snapshot.arrays<MetricRow>(
      `SELECT ${METRIC_COLUMNS} FROM metric m WHERE ${among} AND ${where} ORDER BY id LIMIT ${ROWS}`,
      { ...plan.parameters, low, high },
    );
    return { rows, high: rows.length < ROWS ? high : (rows.at(-1)?.[0] ?? high) };
  };
  if (index === undefined || low >= folded) {
    return found(Math.min(stretch.high, low + SCAN_WINDOW), 'm.id > @low AND m.id <= @high');
  }
  const indexed = `FROM ${index.by}_metric WHERE ${index.by}_id IN ${index.owners} AND metric_id > @low AND metric_id <= @high`;
  const widest = Math.min(stretch.high, folded, low + Math.ceil(INDEX_WINDOW * index.spread));
  // They may lie closer than on average.
  const high =
    snapshot.value<number>(`SELECT metric_id ${indexed} ORDER BY metric_id LIMIT 1 OFFSET ${INDEX_WINDOW}`, {
      ...plan.parameters,
      low,
      high: widest,
    }) ?? widest;
  return found(high, `m.id IN (SELECT metric_id ${indexed})`);
}

/** Reads exports step by step. */
export function createExportSteps(snapshot: Snapshot) {
  const kinds = new Map<string, ExportLines>();

  function linesOf({ format, joined }: ExportPlan['query']): ExportLines {
    const kind = `${format} ${joined.join(' ')}`;
    const lines = kinds.get(kind) ?? createExportLines(snapshot, { format, joined });
    kinds.set(kind, lines);
    return lines;
  }

  return (plan: ExportPlan, after: number): ExportStep => {
    const found = readRows(snapshot, plan, after);
    if (found === undefined) return { chunks: [] };
    const { rows, high } = found;
    const chunks = createChunks();
    const write = linesOf(plan.query)(plan.newest);
    let next = high;
    for (const row of rows) {
      chunks.add(write(row));
      if (chunks.length < LENGTH) continue;
      next = row[0];
      break;
    }
    const isLast = next >= (plan.stretches.at(-1)?.high ?? 0);
    return { chunks: chunks.take(), ...(isLast ? {} : { next }) };
  };
}
