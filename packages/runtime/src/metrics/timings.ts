import type { Sample } from './sample.ts';

/** The bounds of every histogram of times, in seconds. */
export const BOUNDS = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10];

interface Series {
  readonly labels: { readonly route: string; readonly status: number };
  /** How many fell under each bound, and under none. */
  readonly counts: number[];
  sum: number;
}

/** A histogram of how long requests took. */
export interface Timings {
  observe(route: string, status: number, seconds: number): void;
  sample(): Sample;
}

/**
 * Counts by route and status. It is done for every request: prom-client's histogram takes 3 µs for it, a twentieth of what
 * a post takes, and this one a hundredth of that.
 */
export function createTimings(name: string, help: string): Timings {
  const routes = new Map<string, Map<number, Series>>();

  function add(route: string, status: number): Series {
    const series = { labels: { route, status }, counts: Array<number>(BOUNDS.length + 1).fill(0), sum: 0 };
    const known = routes.get(route);
    if (known === undefined) routes.set(route, new Map([[status, series]]));
    else known.set(status, series);
    return series;
  }

  function valuesOf({ labels, counts, sum }: Series): Sample['values'] {
    let total = 0;
    const buckets = counts.map((count, at) => {
      total += count;
      return { metricName: `${name}_bucket`, labels: { ...labels, le: BOUNDS[at] ?? '+Inf' }, value: total };
    });
    return [
      ...buckets,
      { metricName: `${name}_sum`, labels, value: sum },
      { metricName: `${name}_count`, labels, value: total },
    ];
  }

  return {
    observe(route, status, seconds) {
      const series = routes.get(route)?.get(status) ?? add(route, status);
      const at = BOUNDS.findIndex((bound) => seconds <= bound);
      series.counts[at < 0 ? BOUNDS.length : at]!++;
      series.sum += seconds;
    },
    sample() {
      const all = [...routes.values()].flatMap((statuses) => [...statuses.values()]);
      return { name, help, type: 'histogram', aggregator: 'sum', values: all.flatMap(valuesOf) };
    },
  };
}
