import { createStartTimes } from '../start-times.ts';
import type { FragmentStore } from './fragments.ts';
import { createValues, type Snapshot } from './snapshot.ts';

/** A row of `metric` as the server spells it, in the order of METRIC_COLUMNS. */
export type MetricRow = readonly [
  id: string,
  test: string,
  session: string,
  context: string,
  startMicros: string,
  startText: string | null,
  totalTime: string,
  userTime: string,
  kernelTime: string,
  cpuUsage: string,
  memUsage: string,
];

export const METRIC_COLUMNS =
  'm.id, m.test_id, m.session_id, m.context_id, m.start_us, m.start_text, m.total_time, m.user_time, m.kernel_time, m.cpu_usage, m.mem_usage';

/** How metrics are written as JSON, once what they refer to was read. */
export type MetricForm = (row: MetricRow) => string;

/**
 * Reads what metrics refer to, as far as it is not known. Facts are read alone and joined here with texts that are already
 * serialised; numbers stay as the server spells them, which is JSON too.
 */
export async function formOf(
  snapshot: Snapshot,
  fragments: FragmentStore,
  rows: readonly MetricRow[],
): Promise<MetricForm> {
  const [tests, sessions, contexts] = await Promise.all([
    fragments.load(snapshot, 'test', new Set(rows.map(([, test]) => test))),
    fragments.load(snapshot, 'session', new Set(rows.map(([, , session]) => session))),
    fragments.load(snapshot, 'context', new Set(rows.map(([, , , context]) => context))),
  ]);
  const startTime = createStartTimes();
  return ([, test, session, context, micros, text, totalTime, userTime, kernelTime, cpuUsage, memUsage]) => {
    const start = text === null ? `"${startTime(Number(micros))}"` : JSON.stringify(text);
    return (
      `{"session_h":${sessions.get(session)},"context_h":${contexts.get(context)},` +
      `"item_start_time":${start},${tests.get(test)},"total_time":${totalTime},"user_time":${userTime},` +
      `"kernel_time":${kernelTime},"cpu_usage":${cpuUsage},"mem_usage":${memUsage}}`
    );
  };
}

/** Metrics by id, in the order of the ids. */
export async function readMetrics(snapshot: Snapshot, ids: readonly number[]): Promise<MetricRow[]> {
  const values = createValues();
  const rows = await snapshot.texts<MetricRow>(
    `SELECT ${METRIC_COLUMNS} FROM metric m WHERE m.id = ANY (${values.bind(ids)}::bigint[])`,
    values,
  );
  const found = new Map(rows.map((row) => [row[0], row]));
  return ids.flatMap((id) => {
    const row = found.get(String(id));
    return row === undefined ? [] : [row];
  });
}
