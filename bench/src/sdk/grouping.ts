import { ResourceType, summarize, type Metrics } from '@monitor-server/sdk';
import { median } from '../quantile.ts';
import { thousands, type Verdict } from '../report.ts';

const factor = 3;

/** Seconds that each way takes, each time. */
export interface Groupings {
  loop: number[];
  summarize: number[];
  table: number[];
  groups: number;
}

/** What somebody writes who wants the median and the 95th percentile of each group and nothing else. */
const loop = (codes: Uint32Array, values: Float64Array, groups: number): [median: number, p95: number][] => {
  const starts = new Uint32Array(groups + 1);
  for (let row = 0; row < codes.length; row++) starts[codes[row]! + 1]!++;
  for (let group = 0; group < groups; group++) starts[group + 1]! += starts[group]!;
  const sorted = new Float64Array(values.length);
  const next = starts.slice();
  for (let row = 0; row < codes.length; row++) sorted[next[codes[row]!]!++] = values[row]!;
  const found: [number, number][] = [];
  for (let group = 0; group < groups; group++) {
    const own = sorted.subarray(starts[group], starts[group + 1]).sort();
    const at = (share: number): number => {
      const position = share * (own.length - 1);
      const below = own[Math.floor(position)]!;
      return below + (position % 1) * (own[Math.ceil(position)]! - below);
    };
    found.push([at(0.5), at(0.95)]);
  }
  return found;
};

const check = (one: [number, number][], other: { median: number; p95: number }[]): void => {
  for (const [at, [median, p95]] of one.entries()) {
    const twin = other[at];
    const isClose = (a: number, b = Number.NaN): boolean => Math.abs(a - b) <= 1e-9 * Math.abs(a);
    if (isClose(median, twin?.median) && isClose(p95, twin?.p95)) continue;
    throw new Error(`group ${at}: ${median} and ${p95} are not ${twin?.median} and ${twin?.p95}`);
  }
};

/** Groups metrics by their variant in every way, in turns, once more than counts: the first time warms up. */
export const timeGroupings = async (metrics: Metrics, times: number): Promise<Groupings> => {
  const { codes, texts } = metrics.columns.texts('item_variant');
  const values = metrics.columns.numbers('total_time');
  const table = await metrics.toTable({ keep: ['variant', 'wall_time'] });
  const quantiles = { median: 'd => op.median(d.wall_time)', p95: 'd => op.quantile(d.wall_time, 0.95)' };
  const ways = {
    loop: () => loop(codes, values, texts.length),
    summarize: () => summarize(metrics, 'variant', { resources: [ResourceType.TOTAL_TIME] }),
    table: () => table.groupby('variant').rollup(quantiles),
  };
  check(ways.loop(), ways.summarize());
  const groupings: Groupings = { loop: [], summarize: [], table: [], groups: texts.length };
  for (let time = 0; time <= times; time++) {
    for (const way of ['loop', 'summarize', 'table'] as const) {
      const begin = performance.now();
      ways[way]();
      if (time > 0) groupings[way].push((performance.now() - begin) / 1000);
    }
  }
  return groupings;
};

/** Rows of the table of groupings, and whether the library keeps up. */
export const groupingRows = (groupings: Groupings): { rows: (string | number)[][]; verdict: Verdict } => {
  const names = {
    loop: 'a loop over typed arrays, for median and p95 alone',
    summarize: '`summarize()`, with all else it tells',
    table: '`toTable()` made before, then `groupby().rollup()` of arquero',
  };
  const loop = median(groupings.loop);
  const times = (way: keyof typeof names): number => median(groupings[way]) / loop;
  return {
    rows: (['loop', 'summarize', 'table'] as const).map((way) => [
      names[way],
      thousands(groupings.groups),
      (median(groupings[way]) * 1000).toFixed(0),
      `${times(way).toFixed(2)} ×`,
    ]),
    verdict: {
      limit: `grouping: ≤ ${factor} × the loop`,
      measured: `${times('summarize').toFixed(2)} ×`,
      isKept: times('summarize') <= factor,
    },
  };
};
