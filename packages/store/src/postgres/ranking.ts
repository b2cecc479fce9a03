import type { ListPage, ListQuery, RankingFilter } from '../store.ts';
import { digest } from '../digest.ts';
import type { FragmentStore } from './fragments.ts';
import { leadersOf, orderOf, type Candidate, type Field } from './leaders.ts';
import { formOf, readMetrics } from './metric-rows.ts';
import { isWithin, type Segment } from './segment.ts';
import { createValues, type Snapshot } from './snapshot.ts';
import { findRange, startsWithin } from './time-range.ts';

type Ranking = Extract<ListQuery, { list: 'ranking' }>;

/** What a ranking is made of; undefined where nothing in the store fits. */
async function fieldOf(
  snapshot: Snapshot,
  { component, pipeline, build }: RankingFilter,
): Promise<Field | undefined> {
  const values = createValues();
  const { bind } = values;
  if (component !== undefined) {
    const text = `SELECT id FROM component WHERE key = ${bind(digest(component))}`;
    const id = await snapshot.value<number>(text, values);
    if (id === undefined) return undefined;
    return {
      owner: 'test',
      ofOwner: (given) => `component_id = ${given.bind(id)}`,
      ofMetric: (given) => `m.component_id = ${given.bind(id)}`,
    };
  }
  if (pipeline === undefined) return { owner: 'test', ofMetric: () => 'true' };
  const ofPipeline = `SELECT id FROM pipeline WHERE key = ${bind(digest(pipeline))}`;
  const text =
    build === undefined
      ? ofPipeline
      : `SELECT id FROM build WHERE pipeline_id = (${ofPipeline}) AND key = ${bind(digest(build))}`;
  const id = await snapshot.value<number>(text, values);
  if (id === undefined) return undefined;
  const column = build === undefined ? 'pipeline_id' : 'build_id';
  return {
    owner: 'session',
    ofOwner: (given) => `${column} = ${given.bind(id)}`,
    ofMetric: (given) => `m.session_id IN (SELECT id FROM session WHERE ${column} = ${given.bind(id)})`,
  };
}

/** The n first metrics of segments, found by reading all that lie there. */
async function readCandidates(
  snapshot: Snapshot,
  field: Field,
  { resource, end, n, filter }: Ranking,
  segments: readonly Segment[],
): Promise<Candidate[]> {
  const values = createValues();
  return snapshot.rows<Candidate>(
    `SELECT m.id, m.${resource} FROM metric m
     WHERE ${isWithin(segments, values)} AND ${field.ofMetric(values)} AND ${startsWithin(filter.range, values)}
     ORDER BY m.${resource} ${end === 'head' ? 'DESC' : 'ASC'}, m.id LIMIT ${values.bind(n)}`,
    values,
  );
}

async function candidatesOf(snapshot: Snapshot, field: Field, ranking: Ranking): Promise<Candidate[]> {
  const { folded, newest } = snapshot;
  const { filter } = ranking;
  const later = newest > folded ? [{ low: folded, high: newest }] : [];
  if (filter.range !== undefined) {
    const segments = [await findRange(snapshot, filter.range), ...later];
    return readCandidates(snapshot, field, ranking, segments);
  }
  const found = await Promise.all([
    leadersOf(snapshot, field, ranking),
    later.length === 0 ? [] : readCandidates(snapshot, field, ranking, later),
  ]);
  return found.flat();
}

/** The metrics that use most or least of a resource; equal values in order of storing. */
export async function rankMetrics(
  snapshot: Snapshot,
  fragments: FragmentStore,
  ranking: Ranking,
): Promise<ListPage> {
  const { end, n, filter } = ranking;
  const field = n === 0 ? undefined : await fieldOf(snapshot, filter);
  const best = field === undefined ? [] : await candidatesOf(snapshot, field, ranking);
  const ids = best
    .sort(orderOf(end))
    .slice(0, n)
    .map(([id]) => id);
  const rows = await readMetrics(snapshot, ids);
  const items = rows.map(await formOf(snapshot, fragments, rows));
  return { items: Buffer.from(`[${items.join(',')}]`), length: items.length, number: 1, pages: 1 };
}
