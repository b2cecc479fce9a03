import type { FlagFilter, TagPair } from '@monitor-server/contract';
import { answerSession } from '@monitor-server/contract/values';
import type { ListPage, PageRequest, SessionFilter } from '../store.ts';
import { listRows } from './page.ts';
import { prefixParameters, startsWith, type Parameters, type Snapshot } from './snapshot.ts';

type SessionRow = readonly [ordinal: number, h: string, runDate: string, scm: string | null, tags: string];

function flagCondition({ flags, all }: FlagFilter, parameters: Parameters): string {
  const conditions = flags.map(({ name, value }, at) => {
    parameters[`name${at}`] = JSON.stringify(name);
    const named = `SELECT session_id FROM session_tag WHERE name IN (SELECT value FROM json_each(@name${at}))`;
    if (value === undefined) return `id IN (${named} AND session_tag.value <> '')`;
    parameters[`value${at}`] = JSON.stringify(value);
    return `id IN (${named} AND session_tag.value IN (SELECT value FROM json_each(@value${at})))`;
  });
  return `(${conditions.join(all ? ' AND ' : ' OR ')})`;
}

/** A filter as SQL on `session`; stubs are in no list and no count. */
function conditionOf({ prefix, scm, flags, range }: SessionFilter): {
  where: string;
  parameters: Parameters;
} {
  const conditions = ['ordinal IS NOT NULL'];
  const parameters: Parameters = {};
  if (prefix !== undefined) {
    conditions.push(startsWith('h', 'prefix'));
    Object.assign(parameters, prefixParameters('prefix', prefix));
  }
  if (scm !== undefined) {
    conditions.push(startsWith('scm_ref', 'scm'));
    Object.assign(parameters, prefixParameters('scm', scm));
  }
  if (flags !== undefined) conditions.push(flagCondition(flags, parameters));
  if (range?.since !== undefined) {
    conditions.push('run_us >= @since');
    parameters['since'] = range.since;
  }
  if (range?.until !== undefined) {
    conditions.push('run_us < @until');
    parameters['until'] = range.until;
  }
  return { where: conditions.join(' AND '), parameters };
}

export function countSessions(snapshot: Snapshot, filter: SessionFilter): number {
  const { where, parameters } = conditionOf(filter);
  if (Object.keys(parameters).length === 0) {
    return snapshot.value<number>(`SELECT n FROM total WHERE name = 'sessions'`, {}) ?? 0;
  }
  return snapshot.value<number>(`SELECT count(*) FROM session WHERE ${where}`, parameters) ?? 0;
}

function serialise([, h, runDate, scm, tags]: SessionRow): string {
  const value = { session_h: h, run_date: runDate, scm_ref: scm, tags: JSON.parse(tags) as TagPair[] };
  return JSON.stringify(answerSession(value));
}

/** A page of sessions, in the order in which their own posts were stored. */
export function listSessions(
  snapshot: Snapshot,
  filter: SessionFilter,
  page: PageRequest,
): ListPage | undefined {
  const { where, parameters } = conditionOf(filter);
  return listRows<SessionRow>(
    {
      total: filter.range === undefined ? countSessions(snapshot, filter) : undefined,
      read: ({ after, offset, limit, backwards }) =>
        snapshot.arrays<SessionRow>(
          `SELECT ordinal, h, run_date, scm_ref, tags FROM session WHERE ${where} AND ordinal > @after
           ORDER BY ordinal ${backwards ? 'DESC' : 'ASC'} LIMIT @limit OFFSET @offset`,
          { ...parameters, after, limit, offset },
        ),
      positionOf: ([ordinal]) => ordinal,
      serialise,
    },
    page,
  );
}
