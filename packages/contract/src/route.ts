import type { Resource, Scope } from './values.ts';

/** What a path parameter stands for; each is also the key of the filter it sets. */
export type ParameterName =
  | 'session'
  | 'context'
  | 'item'
  | 'variant'
  | 'itemLike'
  | 'variantLike'
  | 'component'
  | 'pipeline'
  | 'build'
  | 'kind'
  | 'scm'
  | 'prefix'
  | 'resource'
  | 'n';

/** The shape of an answer. */
export type AnswerKind =
  | 'metrics'
  | 'sessions'
  | 'contexts'
  | 'components'
  | 'pipelines'
  | 'componentPipelines'
  | 'builds'
  | 'buildSessions'
  | 'ranking'
  | 'count'
  | 'export'
  | 'metric'
  | 'session'
  | 'context'
  | 'import'
  | 'document'
  | 'openapi'
  | 'page';

/** What a count counts. */
export type Countable = 'metrics' | 'sessions' | 'contexts' | 'components';

export interface Route {
  /** Unique; the operation's id in the OpenAPI document. */
  readonly name: string;
  readonly method: 'GET' | 'POST';
  /** The canonical path below `/api/v1`, as links spell it. */
  readonly path: string;
  /** Other spellings of the path that are served. */
  readonly also?: readonly string[];
  readonly answer: AnswerKind;
  readonly summary: string;
  /** Parameters that the path implies. */
  readonly fixed?: Partial<Record<ParameterName, string>>;
  readonly counts?: Countable;
  /** The answer depends on times, so `since` and `until` are taken. */
  readonly timed?: boolean;
  /** The end of a resource's order that a ranking starts from: highest or lowest first. */
  readonly end?: 'head' | 'tail';
  /**
   * The scopes of which any one opens the route, beside `admin`; an empty list opens it to everybody. Unless given,
   * `query` for what reads and `ingest` for what stores.
   */
  readonly scopes?: readonly Scope[];
}

const READING: readonly Scope[] = ['query'];
const STORING: readonly Scope[] = ['ingest'];

/** The scopes of which any one opens a route; empty for a route that is open to everybody. `admin` opens all. */
export function scopesOf({ method, scopes: given }: Route): readonly Scope[] {
  return given ?? (method === 'GET' ? READING : STORING);
}

/** The names a resource has in paths. */
export const resourceNames: Readonly<Record<string, Resource>> = {
  memory: 'mem_usage',
  mem_usage: 'mem_usage',
  cpu: 'cpu_usage',
  cpu_usage: 'cpu_usage',
  kernel_time: 'kernel_time',
  user_time: 'user_time',
  total_time: 'total_time',
};

/** How many metrics a ranking holds unless told, and at most. */
export const RANKING_DEFAULT = 10;
export const RANKING_LIMIT = 500;

/** The bounds of `per_page`. */
export const PAGE_SIZE_LIMIT = 5000;
