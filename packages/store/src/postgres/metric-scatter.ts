import type { TimeRange } from '@monitor-server/contract';
import { LOOKUP_COST, ownersIds } from './metric-gathering.ts';
import { METRIC_COLUMNS, type MetricRow } from './metric-rows.ts';
import type { Scattered } from './metric-scope.ts';
import type { Owners } from './owner-set.ts';
import { isWithin, lengthOf, split, type Segment } from './segment.ts';
import { createValues, type Snapshot } from './snapshot.ts';
import { startsWithin } from './time-range.ts';

/** So many rows are scanned without asking who the owners are. */
const SCANNED_ROWS = 8_192;

/** A first scan is only made where it should find so many. */
const FEW = 16;

/** How much longer a window is than it would have to be if metrics lay evenly. */
const MARGIN = 1.3;

/** How many times as long the next one is, at the least, where that was not enough. */
const GROWTH = 8;

/** What is read of a segment. */
export interface Wanted {
  scope: Scattered;
  range: TimeRange | undefined;
  /** How many rows at most. */
  limit: number;
  backwards: boolean;
}

const order = (backwards: boolean): string => (backwards ? 'DESC' : 'ASC');

/** The first metrics of a window, found by reading all that lie there. */
function scan(
  snapshot: Snapshot,
  { scope, range, limit, backwards }: Wanted,
  window: Segment,
): Promise<MetricRow[]> {
  const values = createValues();
  return snapshot.texts<MetricRow>(
    `SELECT ${METRIC_COLUMNS} FROM metric m
     WHERE ${isWithin([window], values)} AND ${scope.condition(values)} AND ${startsWithin(range, values)}
     ORDER BY m.id ${order(backwards)} LIMIT ${values.bind(limit)}`,
    values,
  );
}

/** The first metrics of a window, found by looking up those of each owner. */
function lookUp(snapshot: Snapshot, wanted: Wanted, owners: Owners, window: Segment): Promise<MetricRow[]> {
  const values = createValues();
  const direction = order(wanted.backwards);
  return snapshot.texts<MetricRow>(
    `SELECT ${METRIC_COLUMNS} FROM metric m JOIN (
       ${ownersIds(wanted, owners, [window], values)} ORDER BY x.id ${direction} LIMIT ${values.bind(wanted.limit)}
     ) x ON x.id = m.id ORDER BY m.id ${direction}`,
    values,
  );
}

/**
 * Reads the first metrics of scattered owners in a segment, in order, at about the same cost wherever and however they
 * lie. Where they are dense, all metrics are scanned until there are enough. Where they are not, they are looked up
 * owner by owner, in a window of ids that should have enough of them by the density seen so far; while it has not, the
 * next window is several times as long. So neither a component that ended long ago nor a gap of millions of ids is waded
 * through.
 */
export async function readScattered(
  snapshot: Snapshot,
  wanted: Wanted,
  segment: Segment,
): Promise<MetricRow[]> {
  const { scope, limit, backwards } = wanted;
  const { count, first, last } = scope;
  const rows: MetricRow[] = [];
  let density = count / (last - first + 1);
  let isGuess = true;
  let affordable = SCANNED_ROWS;
  let owners: Owners | undefined;
  for (let rest = segment; lengthOf(rest) > 0 && rows.length < limit;) {
    const missing = { ...wanted, limit: limit - rows.length };
    const length = Math.min(lengthOf(rest), Math.ceil((missing.limit / density) * MARGIN));
    if (length <= affordable || (isGuess && density * SCANNED_ROWS >= FEW)) {
      const [window, remaining] = split(rest, Math.min(length, affordable), backwards);
      const found = await scan(snapshot, missing, window);
      rows.push(...found);
      rest = remaining;
      density = found.length === 0 ? density / GROWTH : found.length / lengthOf(window);
      isGuess = false;
    } else if (owners === undefined) {
      owners = await scope.owners();
      affordable = Math.max(SCANNED_ROWS, owners.length * LOOKUP_COST);
    } else {
      const [window, remaining] = split(rest, length, backwards);
      const found = await lookUp(snapshot, missing, owners, window);
      rows.push(...found);
      rest = remaining;
      density = Math.min(density / GROWTH, found.length / lengthOf(window) || Infinity);
    }
  }
  return rows;
}
