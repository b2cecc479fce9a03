import type { ListPage, ListQuery, RankingFilter } from '../store.ts';
import { digest } from '../digest.ts';
import type { FragmentStore } from './fragments.ts';
import { leadersOf, orderOf, scanLeaders, type Candidate, type Field } from './leaders.ts';
import { formOf, readMetrics } from './metric-rows.ts';
import { createValues, type Snapshot } from './snapshot.ts';
import { findRange } from './time-range.ts';

type Ranking = Extract<ListQuery, { list: 'ranking' }>;

/** SQL for the extremes of the first tests: they are in the blocks that come first, or in none yet. */
const testsOf = (ofComponent: string, first: string): string =>
  `SELECT * FROM test_stat
   WHERE block_id = ANY (ARRAY(SELECT id FROM component_block WHERE ${ofComponent} ${first}))
   UNION ALL
   SELECT test_stat.* FROM test_stat JOIN test ON id = test_id WHERE block_id IS NULL AND ${ofComponent}`;

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
      owners: (first, given) => testsOf(`component_id = ${given.bind(id)}`, first),
      ofMetric: (given) => `m.component_id = ${given.bind(id)}`,
    };
  }
  if (pipeline === undefined) {
    return { owner: 'test', owners: (first) => testsOf('true', first), ofMetric: () => 'true' };
  }
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
    owners: (_, given) =>
      `SELECT session_stat.* FROM session_stat JOIN session ON id = session_id WHERE ${column} = ${given.bind(id)}`,
    ofMetric: (given) => `m.session_id IN (SELECT id FROM session WHERE ${column} = ${given.bind(id)})`,
  };
}

async function candidatesOf(snapshot: Snapshot, field: Field, ranking: Ranking): Promise<Candidate[]> {
  const { folded, newest } = snapshot;
  const { filter } = ranking;
  const later = newest > folded ? [{ low: folded, high: newest }] : [];
  if (filter.range !== undefined) {
    const segments = [await findRange(snapshot, filter.range), ...later];
    return scanLeaders(snapshot, field, ranking, segments);
  }
  const found = await Promise.all([
    leadersOf(snapshot, field, ranking),
    later.length === 0 ? [] : scanLeaders(snapshot, field, ranking, later),
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
