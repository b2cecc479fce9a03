import type { Context } from '@monitor-server/contract';
import { answerContext } from '@monitor-server/contract/values';
import { listNames } from '../page.ts';
import type { ListPage, ListQuery, PageRequest } from '../store.ts';
import { listRows } from './page.ts';
import { prefixParameters, startsWith, type Snapshot } from './snapshot.ts';

type NameQuery = Extract<ListQuery, { list: 'pipelines' | 'builds' | 'buildSessions' }>;

type ContextRow = readonly [ordinal: number, body: string];

export function countContexts(snapshot: Snapshot): number {
  return snapshot.value<number>(`SELECT n FROM total WHERE name = 'contexts'`, {}) ?? 0;
}

/** A page of contexts, in the order in which their own posts were stored. */
export function listContexts(
  snapshot: Snapshot,
  prefix: string | undefined,
  page: PageRequest,
): ListPage | undefined {
  const where = `ordinal IS NOT NULL${prefix === undefined ? '' : ` AND ${startsWith('h', 'prefix')}`}`;
  const parameters = prefix === undefined ? {} : prefixParameters('prefix', prefix);
  return listRows<ContextRow>(
    {
      total: snapshot.value<number>(`SELECT count(*) FROM context WHERE ${where}`, parameters) ?? 0,
      read: ({ after, offset, limit, backwards }) =>
        snapshot.arrays<ContextRow>(
          `SELECT ordinal, body FROM context WHERE ${where} AND ordinal > @after
           ORDER BY ordinal ${backwards ? 'DESC' : 'ASC'} LIMIT @limit OFFSET @offset`,
          { ...parameters, after, limit, offset },
        ),
      positionOf: ([ordinal]) => ordinal,
      serialise: ([, body]) => JSON.stringify(answerContext(JSON.parse(body) as Context)),
    },
    page,
  );
}

export function countComponents(snapshot: Snapshot): number {
  return snapshot.value<number>(`SELECT count(*) FROM component WHERE name <> ''`, {}) ?? 0;
}

/** Components in the order of their first metric, without the empty one; without a request, all of them. */
export function listComponents(
  snapshot: Snapshot,
  prefix: string | undefined,
  page: PageRequest | undefined,
): ListPage | undefined {
  const where = `name <> ''${prefix === undefined ? '' : ` AND ${startsWith('name', 'prefix')}`}`;
  const parameters = prefix === undefined ? {} : prefixParameters('prefix', prefix);
  if (page === undefined) {
    return listNames(
      snapshot.column<string>(`SELECT name FROM component WHERE ${where} ORDER BY id`, parameters),
      page,
    );
  }
  return listRows<readonly [number, string]>(
    {
      total: snapshot.value<number>(`SELECT count(*) FROM component WHERE ${where}`, parameters) ?? 0,
      read: ({ after, offset, limit, backwards }) =>
        snapshot.arrays<readonly [number, string]>(
          `SELECT id, name FROM component WHERE ${where} AND id > @after
           ORDER BY id ${backwards ? 'DESC' : 'ASC'} LIMIT @limit OFFSET @offset`,
          { ...parameters, after, limit, offset },
        ),
      positionOf: ([id]) => id,
      serialise: ([, name]) => JSON.stringify(name),
    },
    page,
  );
}

/** Sessions that have metrics of @component and belong to a build. */
const OF_COMPONENT = `session_component JOIN session ON session.id = session_id
  JOIN build ON build.id = session.build_id JOIN pipeline ON pipeline.id = build.pipeline_id
  WHERE component_id = (SELECT id FROM component WHERE name = @component)`;

/** What each name list selects: of all sessions in the order of their posts, of a component in that of its metrics. */
const NAMES = {
  pipelines: {
    all: 'SELECT name FROM pipeline ORDER BY id',
    component: `SELECT pipeline.name FROM ${OF_COMPONENT} GROUP BY pipeline.id ORDER BY min(first_metric)`,
  },
  builds: {
    all: `SELECT build.name FROM build JOIN pipeline ON pipeline.id = pipeline_id
      WHERE pipeline.name = @pipeline ORDER BY build.id`,
    component: `SELECT build.name FROM ${OF_COMPONENT} AND pipeline.name = @pipeline
      GROUP BY build.id ORDER BY min(first_metric)`,
  },
  buildSessions: {
    all: `SELECT session.h FROM session JOIN build ON build.id = build_id JOIN pipeline ON pipeline.id = build.pipeline_id
      WHERE pipeline.name = @pipeline AND build.name = @build ORDER BY ordinal`,
    component: `SELECT session.h FROM ${OF_COMPONENT} AND pipeline.name = @pipeline AND build.name = @build
      ORDER BY first_metric`,
  },
} as const;

/** Pipelines, builds, or the sessions of a build; those of a component in the order of its first metric in each. */
export function listPipelineNames(
  snapshot: Snapshot,
  { list, filter, page }: NameQuery,
): ListPage | undefined {
  const sql = NAMES[list][filter.component === undefined ? 'all' : 'component'];
  return listNames(snapshot.column<string>(sql, { ...filter }), page);
}
