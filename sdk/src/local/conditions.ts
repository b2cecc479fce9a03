import { boundAfter, readTime, type Instant } from '@monitor-server/contract/values';
import type { MetricFilter, SessionFilter, TimeRange } from '../dialect.ts';

/** Conditions of a query and the values they are about. */
export interface Where {
  conditions: string[];
  bindings: Record<string, string | number>;
}

/** The microseconds at which a range starts or ends; the caller has checked that the text is a time. */
function boundOf(text: string, bound: (instant: Instant) => number): number {
  const instant = readTime(text);
  return instant === undefined ? Number.NaN : bound(instant);
}

function addRange({ conditions, bindings }: Where, column: string, { since, until }: TimeRange): void {
  if (since !== undefined) {
    conditions.push(`micros(${column}) >= @since`);
    bindings['since'] = boundOf(since, ({ micros }) => Number(micros));
  }
  if (until !== undefined) {
    conditions.push(`micros(${column}) < @until`);
    bindings['until'] = boundOf(until, boundAfter);
  }
}

const SCM = 'substr(scm_ref, 1, length(@scm)) = @scm';

/** How each condition on metrics is spelled; `lower` knows ASCII letters only, as it should. */
const METRIC_CONDITIONS = {
  session: 'session_h = @session',
  context: 'context_h = @context',
  item: 'item = @item',
  variant: 'item_variant = @variant',
  itemLike: 'instr(lower(item), lower(@itemLike)) > 0',
  variantLike: 'instr(lower(item_variant), lower(@variantLike)) > 0',
  component: 'component = @component',
  kind: 'kind = @kind',
  scm: `session_h IN (SELECT session_h FROM session WHERE ${SCM})`,
} as const;

/** The conditions of a filter on metrics. */
export function metricConditions(filter: MetricFilter): Where {
  const where: Where = { conditions: [], bindings: {} };
  for (const name of Object.keys(METRIC_CONDITIONS) as (keyof typeof METRIC_CONDITIONS)[]) {
    const value = filter[name];
    if (value === undefined) continue;
    where.conditions.push(METRIC_CONDITIONS[name]);
    where.bindings[name] = value;
  }
  addRange(where, 'item_start_time', filter);
  return where;
}

/** The conditions of a filter on sessions, but for those on tags, which are checked on what is read. */
export function sessionConditions({ scm, ...range }: Pick<SessionFilter, 'scm' | keyof TimeRange>): Where {
  const where: Where = { conditions: [], bindings: {} };
  if (scm !== undefined) {
    where.conditions.push(SCM);
    where.bindings['scm'] = scm;
  }
  addRange(where, 'run_date', range);
  return where;
}

/** A query for the rows of a view that meet conditions, maybe more than these, under certain columns. */
export function selectWhere(columns: string, view: string, conditions: readonly string[], rest = ''): string {
  const where = conditions.length === 0 ? '' : `WHERE ${conditions.join(' AND ')}`;
  return `SELECT ${columns} FROM ${view} ${where} ${rest}`;
}
