import type { Context } from '@monitor-server/contract';
import { answerContext } from '@monitor-server/contract/values';
import { digest } from '../digest.ts';
import { listNames, planPage } from '../page.ts';
import type { ListPage, ListQuery, PageRequest } from '../store.ts';
import { walkOf } from './position.ts';
import { createValues, type Snapshot, type Values } from './snapshot.ts';
import { startsWith } from './text-condition.ts';

type NameQuery = Extract<ListQuery, { list: 'pipelines' | 'builds' | 'buildSessions' }>;

type ContextRow = readonly [ordinal: number, body: string];

/** A page of contexts, in the order in which their own posts were stored. */
export async function listContexts(
  snapshot: Snapshot,
  prefix: string | undefined,
  page: PageRequest,
): Promise<ListPage | undefined> {
  const walk = walkOf(page, snapshot);
  const condition = (values: Values): string =>
    `ordinal IS NOT NULL${prefix === undefined ? '' : ` AND ${startsWith('h', prefix, values)}`}`;
  const counted = createValues();
  const total =
    prefix === undefined
      ? snapshot.totals.contexts
      : await snapshot.value<number>(`SELECT count(*) FROM context WHERE ${condition(counted)}`, counted);
  const plan = planPage(total ?? 0, page, walk.after);
  if (plan === undefined) return undefined;
  const { after, limit, offset, backwards } = plan.stretch;
  const values = createValues();
  const rows = await snapshot.rows<ContextRow>(
    `SELECT ordinal, body FROM context WHERE ${condition(values)} AND ordinal > ${values.bind(after)}
     ORDER BY ordinal ${backwards ? 'DESC' : 'ASC'} LIMIT ${values.bind(limit)} OFFSET ${values.bind(offset)}`,
    values,
  );
  return plan.finish(rows, {
    cursorOf: ([ordinal]) => walk.cursorOf(ordinal),
    serialise: ([, body]) => JSON.stringify(answerContext(JSON.parse(body) as Context)),
  });
}

/** SQL for the components that have metrics, or had some, each with its first one; the empty name is none. */
function components({ folded }: Snapshot, prefix: string | undefined, values: Values): string {
  return `SELECT min(first_metric) AS first_metric, name FROM (
      SELECT component_id, first_metric FROM component_stat
      UNION ALL SELECT component_id, id FROM metric WHERE id > ${values.bind(folded)}) AS seen
    JOIN component ON component.id = component_id
    WHERE name <> ''${prefix === undefined ? '' : ` AND ${startsWith('name', prefix, values)}`}
    GROUP BY component.id`;
}

export async function countComponents(snapshot: Snapshot, prefix?: string): Promise<number> {
  const values = createValues();
  const text = `SELECT count(*) FROM (${components(snapshot, prefix, values)}) AS component`;
  return (await snapshot.value<number>(text, values)) ?? 0;
}

/** Components in the order of their first metric, without the empty one; without a request, all of them. */
export async function listComponents(
  snapshot: Snapshot,
  prefix: string | undefined,
  page: PageRequest | undefined,
): Promise<ListPage | undefined> {
  const values = createValues();
  const inOrder = `${components(snapshot, prefix, values)} ORDER BY 1`;
  const rows = await snapshot.rows<readonly [first: number, name: string]>(inOrder, values);
  if (page === undefined)
    return listNames(
      rows.map(([, name]) => name),
      page,
    );
  const walk = walkOf(page, snapshot);
  const plan = planPage(rows.length, page, walk.after);
  if (plan === undefined) return undefined;
  const { after, limit, offset, backwards } = plan.stretch;
  const following = rows.filter(([first]) => first > after);
  const wanted = backwards ? following.reverse() : following;
  return plan.finish(wanted.slice(offset, offset + limit), {
    cursorOf: ([first]) => walk.cursorOf(first),
    serialise: ([, name]) => JSON.stringify(name),
  });
}

/** SQL for the sessions that have metrics of a component, the first of these among them. */
function sessionsOf({ folded }: Snapshot, component: string, { bind }: Values): string {
  const id = `(SELECT id FROM component WHERE key = ${bind(digest(component))})`;
  return `SELECT session_id, first_metric FROM session_component WHERE component_id = ${id}
    UNION ALL SELECT session_id, id FROM metric WHERE id > ${bind(folded)} AND component_id = ${id}`;
}

const pipelineId = (pipeline: string, { bind }: Values): string =>
  `(SELECT id FROM pipeline WHERE key = ${bind(digest(pipeline))})`;

/** SQL for the names of all pipelines, builds or sessions, in the order of their first posts. */
function allNames(query: NameQuery, values: Values): string {
  switch (query.list) {
    case 'pipelines':
      return 'SELECT name FROM pipeline ORDER BY id';
    case 'builds':
      return `SELECT name FROM build WHERE pipeline_id = ${pipelineId(query.filter.pipeline, values)} ORDER BY id`;
    default:
      return `SELECT h FROM session WHERE build_id = ${buildId(query.filter, values)} ORDER BY ordinal`;
  }
}

function buildId({ pipeline, build }: { pipeline: string; build: string }, values: Values): string {
  const key = values.bind(digest(build));
  return `(SELECT id FROM build WHERE pipeline_id = ${pipelineId(pipeline, values)} AND key = ${key})`;
}

/** SQL for those of a component, in the order of its first metric in each; sessions without a build are left out. */
function namesOfComponent(query: NameQuery, sessions: string, values: Values): string {
  const grouped = (by: 'pipeline' | 'build' | 'session', where: string): string => {
    const id = by === 'session' ? 'session.id' : `${by}_id`;
    return `SELECT ${by === 'session' ? 'h' : 'name'} FROM (
        SELECT ${id}, min(first_metric) AS first_metric
        FROM (${sessions}) AS seen JOIN session ON session.id = session_id
        WHERE ${where} GROUP BY 1) AS grouped (id, first_metric)
      JOIN ${by} USING (id) ORDER BY first_metric`;
  };
  switch (query.list) {
    case 'pipelines':
      return grouped('pipeline', 'build_id IS NOT NULL');
    case 'builds':
      return grouped(
        'build',
        `build_id IS NOT NULL AND session.pipeline_id = ${pipelineId(query.filter.pipeline, values)}`,
      );
    default:
      return grouped('session', `build_id = ${buildId(query.filter, values)}`);
  }
}

/** Pipelines, builds, or the sessions of a build; those of a component in the order of its first metric in each. */
export async function listPipelineNames(snapshot: Snapshot, query: NameQuery): Promise<ListPage | undefined> {
  const { component } = query.filter;
  const values = createValues();
  const text =
    component === undefined
      ? allNames(query, values)
      : namesOfComponent(query, sessionsOf(snapshot, component, values), values);
  return listNames(await snapshot.column<string>(text, values), query.page);
}
