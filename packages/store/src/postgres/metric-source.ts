import type { TimeRange } from '@monitor-server/contract';
import type { Scattered, Scope } from './metric-scope.ts';
import { cut, lengthOf, type Segment } from './segment.ts';
import type { Snapshot } from './snapshot.ts';
import { findRange } from './time-range.ts';

/** The metrics of a list, and the ids that they can have. */
export interface MetricSource<Kind extends Scope = Scope> {
  scope: Kind;
  range: TimeRange | undefined;
  /** In order, without common ids. */
  segments: readonly Segment[];
}

/** Finds where the metrics of a list lie: up to the fold as its numbers say, after it anywhere. */
export async function sourceOf<Kind extends Scope>(
  snapshot: Snapshot,
  scope: Kind,
  range: TimeRange | undefined,
): Promise<MetricSource<Kind>> {
  const { removed, folded, newest } = snapshot;
  const ranged = range === undefined ? { low: removed, high: folded } : await findRange(snapshot, range);
  const later = { low: folded, high: newest };
  const segments =
    scope.kind === 'scattered'
      ? [cut(ranged, spanOf(scope)), scope.upTo < newest ? later : cut(later, spanOf(scope))]
      : [ranged, later];
  return { scope, range, segments: united(segments) };
}

function spanOf({ first, last }: Scattered): Segment {
  return { low: first - 1, high: last };
}

/** Segments without those that are empty; one that begins where another ends is a part of that. */
function united(segments: readonly Segment[]): Segment[] {
  const result: Segment[] = [];
  for (const segment of segments) {
    const before = result.at(-1);
    if (lengthOf(segment) === 0) continue;
    if (before?.high === segment.low) result.splice(-1, 1, { low: before.low, high: segment.high });
    else result.push(segment);
  }
  return result;
}

/** The part of a source after a metric. */
export function following<Kind extends Scope>(source: MetricSource<Kind>, after: number): MetricSource<Kind> {
  const segments = source.segments
    .map((segment) => cut(segment, { low: after, high: Infinity }))
    .filter((segment) => lengthOf(segment) > 0);
  return { ...source, segments };
}
