import { Monitor } from '@monitor-server/sdk';
import { median } from '../quantile.ts';
import { percent, thousands, type Verdict } from '../report.ts';

/** Metrics in the list that is read. */
export const readRows = 100_000;

const share = 0.5;

/** Ways to read the same pages, in seconds for each time. */
export interface Readings {
  raw: number[];
  parsed: number[];
  sdk: number[];
}

interface Page {
  next_url?: string | null;
}

/** Where the pages of all metrics are, as large as the library asks for them. */
const pagesOf = async (base: string): Promise<string[]> => {
  const paths: string[] = [];
  for (let next: string | null | undefined = '/api/v1/metrics/?per_page=5000'; next;) {
    paths.push(next);
    const answer = await fetch(`${base}${next}`);
    next = ((await answer.json()) as Page).next_url;
  }
  return paths;
};

const seconds = async (work: () => Promise<void>): Promise<number> => {
  const begin = performance.now();
  await work();
  return (performance.now() - begin) / 1000;
};

/** Reads all metrics of a server in every way, in turns, once more than counts: the first time warms up. */
export const timeReadings = async (port: number, times: number): Promise<Readings> => {
  const base = `http://127.0.0.1:${port}`;
  const paths = await pagesOf(base);
  const ways: Record<keyof Readings, () => Promise<void>> = {
    raw: async () => {
      for (const path of paths) await (await fetch(`${base}${path}`)).arrayBuffer();
    },
    parsed: async () => {
      for (const path of paths) await (await fetch(`${base}${path}`)).json();
    },
    sdk: async () => {
      const { length } = await new Monitor(base).listMetrics();
      if (length !== readRows) throw new Error(`the library reads ${length} metrics, not ${readRows}`);
    },
  };
  const readings: Readings = { raw: [], parsed: [], sdk: [] };
  for (let time = 0; time <= times; time++) {
    for (const way of ['raw', 'parsed', 'sdk'] as const) {
      const taken = await seconds(ways[way]);
      if (time > 0) readings[way].push(taken);
    }
  }
  return readings;
};

const names: Record<keyof Readings, string> = {
  raw: 'the same pages fetched, nothing made of them',
  parsed: 'fetched and parsed as JSON',
  sdk: '`listMetrics()`',
};

/** Rows of the table of readings, and whether the library keeps up. */
export const readingRows = (readings: Readings): { rows: (string | number)[][]; verdict: Verdict } => {
  const raw = median(readings.raw);
  const speed = (way: keyof Readings): number => raw / median(readings[way]);
  return {
    rows: (['raw', 'parsed', 'sdk'] as const).map((way) => [
      names[way],
      median(readings[way]).toFixed(2),
      thousands(readRows / median(readings[way])),
      percent(speed(way)),
    ]),
    verdict: {
      limit: `reading: ≥ ${percent(share)} of the speed of fetching the same pages`,
      measured: percent(speed('sdk')),
      isKept: speed('sdk') >= share,
    },
  };
};
