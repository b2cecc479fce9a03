import { planPage, type Stretch } from '../page.ts';
import type { ListPage, MetricFilter, PageRequest } from '../store.ts';
import type { Memory } from './memory.ts';
import { countInScope } from './metric-count.ts';
import { readScatteredFrom } from './metric-gathering.ts';
import { readFrom, readInOrder } from './metric-order.ts';
import { formOf, type MetricRow } from './metric-rows.ts';
import { readScattered } from './metric-scatter.ts';
import { scopeOf, type Scope } from './metric-scope.ts';
import { following, sourceOf, type MetricSource } from './metric-source.ts';
import { walkOf } from './position.ts';
import type { Snapshot } from './snapshot.ts';

/** Rows from the start of the segments, or from their end backwards; what lies between segments is not read. */
async function readEnd(
  snapshot: Snapshot,
  { scope, range, segments }: MetricSource,
  { limit, backwards }: Stretch,
): Promise<MetricRow[]> {
  const rows: MetricRow[] = [];
  for (const segment of backwards ? segments.toReversed() : segments) {
    const missing = limit - rows.length;
    if (missing === 0) break;
    const found =
      scope.kind === 'scattered'
        ? readScattered(snapshot, { scope, range, limit: missing, backwards }, segment)
        : readInOrder(
            snapshot,
            { scope, range, segments: [segment] },
            { limit: missing, offset: 0, backwards },
          );
    rows.push(...(await found));
  }
  return rows;
}

async function readStretch(
  snapshot: Snapshot,
  whole: MetricSource,
  stretch: Stretch,
  total: number | undefined,
): Promise<MetricRow[]> {
  const source = following(whole, stretch.after);
  const { scope, range, segments } = source;
  const { offset, limit, backwards } = stretch;
  if (offset === 0) return readEnd(snapshot, source, stretch);
  if (scope.kind === 'scattered') return readScatteredFrom(snapshot, { scope, range, segments }, stretch);
  if (total === undefined) return readInOrder(snapshot, { scope, range, segments }, stretch);
  const rows = await readFrom(snapshot, scope, backwards ? total - offset - limit : offset, limit);
  return backwards ? rows.reverse() : rows;
}

async function countAndSource(
  snapshot: Snapshot,
  scope: Scope,
  filter: MetricFilter,
): Promise<[total: number | undefined, source: MetricSource]> {
  return Promise.all([
    filter.range === undefined ? countInScope(snapshot, scope) : undefined,
    sourceOf(snapshot, scope, filter.range),
  ]);
}

/** A page of metrics, in order of storing. */
export async function listMetrics(
  snapshot: Snapshot,
  { fragments, sets }: Memory,
  filter: MetricFilter,
  page: PageRequest,
): Promise<ListPage | undefined> {
  const walk = walkOf(page, snapshot);
  const scope = await scopeOf(snapshot, sets, filter);
  const [total, source] =
    scope === undefined
      ? [filter.range === undefined ? 0 : undefined, undefined]
      : await countAndSource(snapshot, scope, filter);
  const plan = planPage(total, page, walk.after);
  if (plan === undefined) return undefined;
  const rows = source === undefined ? [] : await readStretch(snapshot, source, plan.stretch, total);
  const serialise = await formOf(snapshot, fragments, rows);
  return plan.finish(rows, { cursorOf: ([id]) => walk.cursorOf(Number(id)), serialise });
}
