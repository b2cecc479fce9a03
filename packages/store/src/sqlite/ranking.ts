import type { Resource } from '@monitor-server/contract';
import type { ListPage, ListQuery, RankingFilter } from '../store.ts';
import { extremeColumn } from './extremes.ts';
import type { MetricRows } from './metric-rows.ts';
import { foldedUpTo, rangeCondition } from './metric-scope.ts';
import { BLOCK_SIZE } from './owners.ts';
import type { Parameters, Snapshot } from './snapshot.ts';

type Ranking = Extract<ListQuery, { list: 'ranking' }>;
type Candidate = readonly [id: number, value: number];

/** What a ranking is made of: owners of extremes, and the same as a condition on `metric m`. */
interface Field {
  owner: 'test' | 'session';
  owners: string;
  condition: string;
  parameters: Parameters;
}

const ALL_TESTS = 'test_stat';

function fieldOf(snapshot: Snapshot, { component, pipeline, build }: RankingFilter): Field | undefined {
  if (component !== undefined) {
    const id = snapshot.value<number>('SELECT id FROM component WHERE name = @component', { component });
    if (id === undefined) return undefined;
    const owners = 'test JOIN test_stat ON test_id = test.id WHERE component_id = @component';
    return { owner: 'test', owners, condition: 'm.component_id = @component', parameters: { component: id } };
  }
  if (pipeline === undefined) return { owner: 'test', owners: ALL_TESTS, condition: '1', parameters: {} };
  const id = snapshot.value<number>('SELECT id FROM pipeline WHERE name = @pipeline', { pipeline });
  const buildId =
    build === undefined || id === undefined
      ? id
      : snapshot.value<number>('SELECT id FROM build WHERE pipeline_id = @id AND name = @build', {
          id,
          build,
        });
  if (buildId === undefined) return undefined;
  const where = `${build === undefined ? 'pipeline_id' : 'build_id'} = @sessions`;
  return {
    owner: 'session',
    owners: `session JOIN session_stat ON session_id = session.id WHERE ${where}`,
    condition: `m.session_id IN (SELECT id FROM session WHERE ${where})`,
    parameters: { sessions: buildId },
  };
}

/** The order of a ranking: by value, then by storing. */
function orderOf(end: 'head' | 'tail') {
  const sign = end === 'head' ? -1 : 1;
  return (a: Candidate, b: Candidate): number => sign * (a[1] - b[1]) || a[0] - b[0];
}

/**
 * The n first metrics of a field up to the fold. They lie in the n owners whose extremes come first, and there in
 * the n blocks whose extremes do, because every owner and every block has a metric that is its extreme.
 */
function foldedCandidates(
  snapshot: Snapshot,
  field: Field,
  resource: Resource,
  end: 'head' | 'tail',
  n: number,
) {
  const { owner, owners, parameters } = field;
  const column = extremeColumn(resource, end);
  const direction = end === 'head' ? 'DESC' : 'ASC';
  const inOrder = `ORDER BY ${column} ${direction}, ${column}_at LIMIT @n`;
  const first = snapshot.column<number>(`SELECT ${owner}_id FROM ${owners} ${inOrder}`, { ...parameters, n });
  const blocks = snapshot.arrays<[id: number, first: number, value: number, at: number]>(
    `SELECT ${owner}_id, first_metric, ${column}, ${column}_at FROM ${owner}_block
     WHERE ${owner}_id IN (SELECT value FROM json_each(@ids)) ${inOrder}`,
    { ids: JSON.stringify(first), n },
  );
  const compare = orderOf(end);
  // Each of n blocks has a metric no worse than the last block's extreme, so what is worse cannot be among the first n.
  const bound = blocks.length === n ? (blocks.at(-1)?.[2] ?? 0) : end === 'head' ? -Infinity : Infinity;
  let best: Candidate[] = [];
  for (const [id, start, value, at] of blocks) {
    const worst = best[n - 1];
    if (worst !== undefined && compare(worst, [at, value]) < 0) break;
    const rows = snapshot.arrays<Candidate>(
      `SELECT m.id, m.${resource} FROM metric m WHERE m.${resource} ${end === 'head' ? '>=' : '<='} @bound AND m.id IN (
         SELECT metric_id FROM ${owner}_metric WHERE ${owner}_id = @id AND metric_id >= @start
         ORDER BY metric_id LIMIT ${BLOCK_SIZE})`,
      { id, start, bound },
    );
    best = [...best, ...rows].sort(compare).slice(0, n);
  }
  return best;
}

/** The n first metrics among those that the extremes do not take in, or among all of a time range. */
function readCandidates(
  snapshot: Snapshot,
  field: Field,
  ranking: Ranking,
  where: string,
  parameters: Parameters,
) {
  const { resource, end, n } = ranking;
  return snapshot.arrays<Candidate>(
    `SELECT m.id, m.${resource} FROM metric m WHERE ${where} AND ${field.condition}
     ORDER BY m.${resource} ${end === 'head' ? 'DESC' : 'ASC'}, m.id LIMIT @n`,
    { ...field.parameters, ...parameters, n },
  );
}

/** The metrics that use most or least of a resource; equal values in order of storing. */
export function rankMetrics(snapshot: Snapshot, rows: MetricRows, ranking: Ranking): ListPage {
  const { resource, end, n, filter } = ranking;
  const field = n === 0 ? undefined : fieldOf(snapshot, filter);
  let best: Candidate[] = [];
  if (field !== undefined) {
    const folded = foldedUpTo(snapshot);
    const range = rangeCondition(snapshot, filter.range);
    best =
      range === undefined
        ? [
            ...foldedCandidates(snapshot, field, resource, end, n),
            ...readCandidates(snapshot, field, ranking, 'm.id > @folded', { folded }),
          ]
        : readCandidates(
            snapshot,
            field,
            ranking,
            `${range.sql} AND (m.id BETWEEN @firstId AND @lastId OR m.id > @folded)`,
            { ...range.parameters, folded, firstId: range.firstId, lastId: range.lastId },
          );
  }
  const ids = best
    .sort(orderOf(end))
    .slice(0, n)
    .map(([id]) => id);
  const items = rows.byId(ids).map(rows.serialise);
  return { items: Buffer.from(`[${items.join(',')}]`), length: items.length, number: 1, pages: 1 };
}
