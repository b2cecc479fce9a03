import { describe } from 'vitest';
import { describeBatches } from './conformance/batches.ts';
import { describeExports } from './conformance/exports.ts';
import { describeFilters } from './conformance/filters.ts';
import { describeFolds } from './conformance/folds.ts';
import { describeKeys } from './conformance/keys.ts';
import { describePages } from './conformance/pages.ts';
import { describeRanges } from './conformance/ranges.ts';
import { describeRankings } from './conformance/rankings.ts';
import { describeRetention } from './conformance/retention.ts';
import type { OpenStore } from './conformance/store.ts';
import { describeStubs } from './conformance/stubs.ts';
import { describeValues } from './conformance/values.ts';

export type { DeadRecord, OpenedStore, OpenOptions, OpenStore } from './conformance/store.ts';

/** What every adapter of the store's ports must do. It is seen through the ports alone. */
export function describeStore(name: string, open: OpenStore): void {
  describe.each([name])('%s', () => {
    describeBatches(open);
    describeStubs(open);
    describeKeys(open);
    describeValues(open);
    describeFilters(open);
    describePages(open);
    describeRanges(open);
    describeRankings(open);
    describeFolds(open);
    describeExports(open);
    describeRetention(open);
  });
}
