import type { ContextRecord, MetricRecord, SessionRecord } from '../records.ts';
import type { Dialect, ImportResult, MetricFilter, Page, RankingQuery } from '../dialect.ts';
import { inOrder } from '../reading/concurrency.ts';
import { createHttp } from './http.ts';
import { encodeLines } from './lines.ts';
import { createMetricReader } from './metrics.ts';
import type { RemoteOptions } from './options.ts';
import { fieldOf, PAGE_QUERY, pagesFrom, rowsFrom } from './pages.ts';
import { addressable, requestOf, routeNamed, type Parameters, type Query } from './requests.ts';
import { sessionsRequest } from './sessions.ts';

interface SessionAnswer extends Omit<SessionRecord, 'tags'> {
  tags: readonly { name: string; value: string }[];
}

function sessionRecord({ tags, ...session }: SessionAnswer): SessionRecord {
  return { ...session, tags: tags.map(({ name, value }) => [name, value]) };
}

function contextRecord({ context_h: _context_h, ...context }: ContextAnswer): ContextRecord {
  return context;
}

interface ContextAnswer extends ContextRecord {
  context_h: string;
}

async function* mapped<A, B>(pages: AsyncGenerator<Page<A>>, change: (row: A) => B): AsyncGenerator<Page<B>> {
  for await (const { rows, total } of pages) yield { rows: rows.map(change), total };
}

const ENDS = { top: 'highest', lowest: 'lowest' } as const;

function rankingRequest(query: RankingQuery): string {
  const { resource, method, n, component, pipeline, build, since, until } = query;
  const parameters: Parameters = {
    resource,
    n: String(n),
    ...(component !== undefined && { component }),
    ...(pipeline !== undefined && { pipeline }),
    ...(build !== undefined && { build }),
  };
  const scope =
    (component !== undefined && 'Component') ||
    (build !== undefined && 'Build') ||
    (pipeline !== undefined && 'Pipeline') ||
    '';
  return requestOf(`${ENDS[method]}${scope}Metrics`, parameters, [
    ['since', since],
    ['until', until],
  ]);
}

/** A monitor-server. Nothing is sent before the first call. */
export function createRemoteDialect(url: URL, options: RemoteOptions): Dialect {
  const http = createHttp(url, options);
  const reader = createMetricReader(http);

  async function count(route: string, query: Query, signal: AbortSignal | undefined): Promise<number> {
    const path = requestOf(route, {}, query);
    return fieldOf<number>(await http.get(path, signal), 'count', Number.isInteger, path);
  }

  /** Servers find by the start of a hash, so others may come along. */
  async function exact<R>(
    route: string,
    key: string,
    name: keyof R,
    h: string,
    signal: AbortSignal | undefined,
  ) {
    if (!addressable(h)) return undefined;
    const path = requestOf(route, { prefix: h }, PAGE_QUERY);
    for await (const { rows } of pagesFrom<R>(http, path, key, signal)) {
      const found = rows.find((row) => row[name] === h);
      if (found !== undefined) return found;
    }
    return undefined;
  }

  function names(route: string, parameters: Parameters, key: string, signal: AbortSignal | undefined) {
    // Only lists that come in pages take a size for them.
    const paged = routeNamed(route).answer !== 'pipelines';
    return rowsFrom<string>(http, requestOf(route, parameters, paged ? PAGE_QUERY : []), key, signal);
  }

  async function allMetrics(filter: MetricFilter, signal: AbortSignal): Promise<MetricRecord[]> {
    const all: MetricRecord[] = [];
    for await (const { rows } of reader.metrics(filter, signal)) for (const row of rows) all.push(row);
    return all;
  }

  return {
    metrics: reader.metrics,
    metricsOfAny: (key, hashes, signal) =>
      inOrder(hashes, signal, (h, either) => allMetrics({ [key]: h }, either)),
    countMetrics: reader.count,
    sessions(filter, signal) {
      return mapped(
        pagesFrom<SessionAnswer>(http, sessionsRequest(filter), 'sessions', signal),
        sessionRecord,
      );
    },
    contexts(signal) {
      const path = requestOf('listContexts', {}, PAGE_QUERY);
      return mapped(pagesFrom<ContextAnswer>(http, path, 'contexts', signal), contextRecord);
    },
    async session(h, signal) {
      const found = await exact<SessionAnswer>('findSessions', 'sessions', 'session_h', h, signal);
      return found && sessionRecord(found);
    },
    async context(h, signal) {
      const found = await exact<ContextAnswer>('findContexts', 'contexts', 'h', h, signal);
      return found && contextRecord(found);
    },
    countSessions: ({ since, until }, signal) =>
      count(
        'countSessions',
        [
          ['since', since],
          ['until', until],
        ],
        signal,
      ),
    countContexts: (signal) => count('countContexts', [], signal),
    countComponents: (signal) => count('countComponents', [], signal),
    async ranking(query, signal) {
      const path = rankingRequest(query);
      return fieldOf<MetricRecord[]>(await http.get(path, signal), 'metrics', Array.isArray, path);
    },
    components: (signal) => names('listComponents', {}, 'components', signal),
    pipelines: (component, signal) =>
      component === undefined
        ? names('listPipelines', {}, 'pipelines', signal)
        : names('listComponentPipelines', { component }, 'pipelines', signal),
    builds: (pipeline, component, signal) =>
      component === undefined
        ? names('listBuilds', { pipeline }, 'builds', signal)
        : names('listComponentBuilds', { component, pipeline }, 'builds', signal),
    buildSessions: (pipeline, build, signal) =>
      names('listBuildSessions', { pipeline, build }, 'sessions', signal),
    async importLines(lines, signal) {
      const path = requestOf('importRecords');
      const answer = await http.post(path, await encodeLines(lines), signal);
      fieldOf(answer, 'accepted', Number.isInteger, path);
      return answer as ImportResult;
    },
    close: () => Promise.resolve(),
  };
}
