import type { Flag, FlagFilter, TagPair } from '@monitor-server/contract';
import { answerSession } from '@monitor-server/contract/values';
import { digest } from '../digest.ts';
import { planPage } from '../page.ts';
import type { ListPage, PageRequest, SessionFilter } from '../store.ts';
import { walkOf } from './position.ts';
import { createValues, type Snapshot, type Values } from './snapshot.ts';
import { startsWith } from './text-condition.ts';

type SessionRow = readonly [ordinal: number, h: string, runDate: string, scm: string | null, tags: string];

function flagCondition({ name, value }: Flag, { bind }: Values): string {
  const keys = (texts: readonly string[]): string => `(${bind(texts.map(digest))}::bytea[])`;
  const ofValue = value === undefined ? `value_key <> ${bind(digest(''))}` : `value_key = ANY ${keys(value)}`;
  return `id IN (SELECT session_id FROM session_tag WHERE name_key = ANY ${keys(name)} AND ${ofValue})`;
}

function flagsCondition({ flags, all }: FlagFilter, values: Values): string {
  return `(${flags.map((flag) => flagCondition(flag, values)).join(all ? ' AND ' : ' OR ')})`;
}

/**
 * A filter as SQL on `session`; stubs are in no list and no count. Where sessions are walked in order, each is looked up
 * among those with the flags: `IS TRUE` keeps the server from joining and sorting all of these.
 */
function conditionOf(
  { prefix, scm, flags, range }: SessionFilter,
  values: Values,
  areWalked = false,
): string {
  const { since, until } = range ?? {};
  return [
    'ordinal IS NOT NULL',
    ...(prefix === undefined ? [] : [startsWith('h', prefix, values)]),
    ...(scm === undefined ? [] : [startsWith('scm_ref', scm, values)]),
    ...(flags === undefined ? [] : [`${flagsCondition(flags, values)}${areWalked ? ' IS TRUE' : ''}`]),
    ...(since === undefined ? [] : [`run_us >= ${values.bind(since)}`]),
    ...(until === undefined ? [] : [`run_us < ${values.bind(until)}`]),
  ].join(' AND ');
}

export async function countSessions(snapshot: Snapshot, filter: SessionFilter): Promise<number> {
  const values = createValues();
  const where = conditionOf(filter, values);
  if (values.list.length === 0) return snapshot.totals.sessions;
  return (await snapshot.value<number>(`SELECT count(*) FROM session WHERE ${where}`, values)) ?? 0;
}

/** Where one session of so many fits, a page is full soon. */
const DENSE = 8;

function serialise([, h, runDate, scm, tags]: SessionRow): string {
  const value = { session_h: h, run_date: runDate, scm_ref: scm, tags: JSON.parse(tags) as TagPair[] };
  return JSON.stringify(answerSession(value));
}

/** A page of sessions, in the order in which their own posts were stored. */
export async function listSessions(
  snapshot: Snapshot,
  filter: SessionFilter,
  page: PageRequest,
): Promise<ListPage | undefined> {
  const walk = walkOf(page, snapshot);
  const total = filter.range === undefined ? await countSessions(snapshot, filter) : undefined;
  const plan = planPage(total, page, walk.after);
  if (plan === undefined) return undefined;
  const { after, limit, offset, backwards } = plan.stretch;
  const areWalked = total !== undefined && total * DENSE > snapshot.totals.sessions;
  const values = createValues();
  const rows = await snapshot.rows<SessionRow>(
    `SELECT ordinal, h, run_date, scm_ref, tags FROM session
     WHERE ${conditionOf(filter, values, areWalked)} AND ordinal > ${values.bind(after)}
     ORDER BY ordinal ${backwards ? 'DESC' : 'ASC'} LIMIT ${values.bind(limit)} OFFSET ${values.bind(offset)}`,
    values,
  );
  return plan.finish(rows, { cursorOf: ([ordinal]) => walk.cursorOf(ordinal), serialise });
}
