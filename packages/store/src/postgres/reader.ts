import type { CountQuery, ListPage, ListQuery, StoreReader } from '../store.ts';
import { exportChunks } from './export.ts';
import { createMemory, type Memory } from './memory.ts';
import { countMetrics } from './metric-count.ts';
import { listMetrics } from './metric-list.ts';
import { countComponents, listComponents, listContexts, listPipelineNames } from './name-list.ts';
import { openNodes, type NodesOptions } from './nodes.ts';
import { readPosition } from './position.ts';
import { rankMetrics } from './ranking.ts';
import { checkReadable } from './schema.ts';
import { countSessions, listSessions } from './session-list.ts';
import type { Snapshot } from './snapshot.ts';

function list(snapshot: Snapshot, memory: Memory, query: ListQuery): Promise<ListPage | undefined> {
  switch (query.list) {
    case 'metrics':
      return listMetrics(snapshot, memory, query.filter, query.page);
    case 'sessions':
      return listSessions(snapshot, query.filter, query.page);
    case 'contexts':
      return listContexts(snapshot, query.filter.prefix, query.page);
    case 'components':
      return listComponents(snapshot, query.filter.prefix, query.page);
    case 'ranking':
      return rankMetrics(snapshot, memory.fragments, query);
    default:
      return listPipelineNames(snapshot, query);
  }
}

async function count(snapshot: Snapshot, memory: Memory, query: CountQuery): Promise<number> {
  switch (query.count) {
    case 'metrics':
      return countMetrics(snapshot, memory.sets, query.filter);
    case 'sessions':
      return countSessions(snapshot, query.filter);
    case 'contexts':
      return snapshot.totals.contexts;
    default:
      return countComponents(snapshot);
  }
}

/** How far a server must have come to go on with the walk that a list is a page of. */
function positionWanted(query: ListQuery): number {
  const hasCursor =
    query.list === 'metrics' ||
    query.list === 'sessions' ||
    query.list === 'contexts' ||
    query.list === 'components';
  const after = hasCursor ? query.page?.after : undefined;
  return after === undefined ? 0 : readPosition(after).log;
}

export type PostgresReaderOptions = Omit<NodesOptions, 'onLoss'>;

/**
 * Reads a PostgreSQL store, from replicas as long as healthy ones are there. Connects when it is first needed. Rejects
 * with a StoreError where no server can be read within some seconds, or a statement takes longer than it may.
 */
export function openPostgresReader(options: PostgresReaderOptions): StoreReader {
  const memory = createMemory();
  const nodes = openNodes({ ...options, onLoss: memory.forget });
  return {
    list: async (query) => nodes.read((snapshot) => list(snapshot, memory, query), positionWanted(query)),
    count: (query) => nodes.read((snapshot) => count(snapshot, memory, query)),
    export: (query) => exportChunks(nodes, query),
    has: nodes.has,
    usage: nodes.usage,
    check: () => checkReadable(nodes),
    close: nodes.close,
  };
}
