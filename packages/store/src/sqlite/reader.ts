import { batchIdBytes } from '../batch-id.ts';
import type { CountQuery, ExportQuery, ListPage, ListQuery } from '../store.ts';
import { checkSchema, openForReading } from './database.ts';
import { planExport, type ExportPlan } from './export-plan.ts';
import { createExportSteps, type ExportStep } from './export-step.ts';
import { countMetrics, listMetrics } from './metric-list.ts';
import { createMetricRows } from './metric-rows.ts';
import {
  countComponents,
  countContexts,
  listComponents,
  listContexts,
  listPipelineNames,
} from './name-list.ts';
import { rankMetrics } from './ranking.ts';
import { countSessions, listSessions } from './session-list.ts';
import { createSnapshot } from './snapshot.ts';

/**
 * Reads one SQLite file, synchronously: long answers belong in a thread of their own. Throws a StoreError while the
 * file's schema is too old to be read, which the next writer ends.
 */
export interface SqliteReader {
  list(query: ListQuery): ListPage | undefined;
  count(query: CountQuery): number;
  /** Begins an export. */
  plan(query: ExportQuery): ExportPlan;
  /** The piece of an export after a metric; 0 for the first. */
  step(plan: ExportPlan, after: number): ExportStep;
  /** Whether a batch is stored. */
  has(batch: string): boolean;
  /** Does nothing else. */
  check(): void;
  close(): void;
}

export function openSqliteReader(path: string): SqliteReader {
  const db = openForReading(path);
  const snapshot = createSnapshot(db);
  const rows = createMetricRows(snapshot);
  const step = createExportSteps(snapshot);

  function list(query: ListQuery): ListPage | undefined {
    switch (query.list) {
      case 'metrics':
        return listMetrics(snapshot, rows, query.filter, query.page);
      case 'sessions':
        return listSessions(snapshot, query.filter, query.page);
      case 'contexts':
        return listContexts(snapshot, query.filter.prefix, query.page);
      case 'components':
        return listComponents(snapshot, query.filter.prefix, query.page);
      case 'ranking':
        return rankMetrics(snapshot, rows, query);
      default:
        return listPipelineNames(snapshot, query);
    }
  }

  function count(query: CountQuery): number {
    switch (query.count) {
      case 'metrics':
        return countMetrics(snapshot, query.filter);
      case 'sessions':
        return countSessions(snapshot, query.filter);
      case 'contexts':
        return countContexts(snapshot);
      default:
        return countComponents(snapshot);
    }
  }

  let isReadable = false;

  function check(): void {
    if (!isReadable) checkSchema(db);
    isReadable = true;
  }

  /** Reads one snapshot, of a schema that is new enough. */
  function reading<Asked extends unknown[], Answer>(read: (...asked: Asked) => Answer) {
    const { deferred } = db.transaction(read);
    return (...asked: Asked): Answer => {
      check();
      return deferred(...asked);
    };
  }

  return {
    list: reading(list),
    count: reading(count),
    plan: reading((query: ExportQuery) => planExport(snapshot, query)),
    step: reading(step),
    has: (batch) =>
      snapshot.value('SELECT 1 FROM ingested_batch WHERE id = @id', { id: batchIdBytes(batch) }) === 1,
    check,
    close: () => void db.close(),
  };
}
