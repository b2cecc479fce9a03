import type { ListPage, ListQuery, RankingFilter } from '../store.ts';
import { leadersOf, orderOf, type Candidate, type Field } from './leaders.ts';
import type { MetricRows } from './metric-rows.ts';
import { foldedUpTo, rangeCondition } from './metric-scope.ts';
import type { Parameters, Snapshot } from './snapshot.ts';

type Ranking = Extract<ListQuery, { list: 'ranking' }>;

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
            ...leadersOf(snapshot, field, resource, end, n),
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
