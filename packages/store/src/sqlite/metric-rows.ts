import { createStartTimes } from '../start-times.ts';
import type { Snapshot } from './snapshot.ts';

/** A row of `metric`, in the order of METRIC_COLUMNS. */
export type MetricRow = readonly [
  id: number,
  test: number,
  session: number,
  context: number,
  startMicros: number,
  startText: string | null,
  totalTime: number,
  userTime: number,
  kernelTime: number,
  cpuUsage: number,
  memUsage: number,
];

export const METRIC_COLUMNS =
  'id, test_id, session_id, context_id, start_us, start_text, total_time, user_time, kernel_time, cpu_usage, mem_usage';

/** How many texts of each dimension are kept ready to write. They never change once they are stored. */
const FRAGMENT_LIMIT = 20_000;

const FRAGMENTS = {
  test: `SELECT json_object('item_path', item_path, 'item', item, 'item_variant', item_variant,
      'item_fs_loc', item_fs_loc, 'kind', kind, 'component', name)
    FROM test JOIN component ON component.id = component_id WHERE test.id = @id`,
  session: `SELECT json_quote(h) FROM session WHERE id = @id`,
  context: `SELECT json_quote(h) FROM context WHERE id = @id`,
} as const;

/**
 * Writes metrics as JSON. Facts are read alone and joined here with texts that are already serialised: a page of
 * 500 takes a third of the time of a join in SQL.
 */
export function createMetricRows(snapshot: Snapshot) {
  const startTime = createStartTimes();
  const caches = {
    test: new Map<number, string>(),
    session: new Map<number, string>(),
    context: new Map<number, string>(),
  };

  function fragment(dimension: keyof typeof FRAGMENTS, id: number): string {
    const cache = caches[dimension];
    const known = cache.get(id);
    if (known !== undefined) return known;
    const json = snapshot.value<string>(FRAGMENTS[dimension], { id }) ?? 'null';
    const text = dimension === 'test' ? json.slice(1, -1) : json;
    if (cache.size >= FRAGMENT_LIMIT) cache.clear();
    cache.set(id, text);
    return text;
  }

  function serialise(row: MetricRow): string {
    const [, test, session, context, micros, text, totalTime, userTime, kernelTime, cpuUsage, memUsage] = row;
    const start = text === null ? `"${startTime(micros)}"` : JSON.stringify(text);
    return (
      `{"session_h":${fragment('session', session)},"context_h":${fragment('context', context)},` +
      `"item_start_time":${start},${fragment('test', test)},"total_time":${totalTime},"user_time":${userTime},` +
      `"kernel_time":${kernelTime},"cpu_usage":${cpuUsage},"mem_usage":${memUsage}}`
    );
  }

  return {
    serialise,
    /** Metrics by id, in the order of the ids. */
    byId(ids: readonly number[]): MetricRow[] {
      const rows = snapshot.arrays<MetricRow>(
        `SELECT ${METRIC_COLUMNS} FROM metric WHERE id IN (SELECT value FROM json_each(@ids))`,
        { ids: JSON.stringify(ids) },
      );
      const found = new Map(rows.map((row) => [row[0], row]));
      return ids.flatMap((id) => {
        const row = found.get(id);
        return row === undefined ? [] : [row];
      });
    },
  };
}

export type MetricRows = ReturnType<typeof createMetricRows>;
