import { get } from '@monitor-server/bench/get';
import type { Metric } from '@monitor-server/contract';

export interface Balance {
  stored: number;
  /** Answered with 201 and not there. */
  lost: number;
  /** There more than once. */
  doubled: number;
  /** There, but not as it was sent. */
  altered: number;
}

/** Numbers every metric that is sent, remembers which were acknowledged, and compares with what is stored. */
export interface Ledger {
  next: () => { serial: number; metric: Metric };
  acknowledge: (serial: number) => void;
  sent: () => number;
  acknowledged: () => number[];
  compare: (stored: Iterable<Metric>) => Balance;
}

const hash = (kind: string, number: number): string => `${kind}${number.toString(16).padStart(31, '0')}`;

/**
 * The serial number is the metric's total time. Every fourth metric is the first of its test, so that a
 * process is killed while it stores new tests too; sessions change all the time.
 */
const createMetric = (serial: number): Metric => {
  const test = serial % 4 === 0 ? serial : serial % 400;
  return {
    session_h: hash('a', Math.floor(serial / 100)),
    context_h: hash('c', serial % 3),
    item_start_time: '2026-11-22T17:35:40.766245',
    item_path: 'tests.test_durability',
    item: `test_${test % 100}`,
    item_variant: `test_${test % 100}[${test}]`,
    item_fs_loc: 'tests/test_durability.py',
    kind: 'function',
    component: `lib.${serial % 7}`,
    total_time: serial,
    user_time: 0.01,
    kernel_time: 0,
    cpu_usage: 0.5,
    mem_usage: -0.25,
  };
};

const isSame = (a: Metric, b: Metric): boolean =>
  (Object.keys(b) as (keyof Metric)[]).every((key) => a[key] === b[key]);

export const createLedger = (): Ledger => {
  let sent = 0;
  const acknowledged = new Set<number>();
  return {
    next: () => {
      const serial = ++sent;
      return { serial, metric: createMetric(serial) };
    },
    acknowledge: (serial) => acknowledged.add(serial),
    sent: () => sent,
    acknowledged: () => [...acknowledged],
    compare: (stored) => {
      const balance: Balance = { stored: 0, lost: 0, doubled: 0, altered: 0 };
      const seen = new Set<number>();
      for (const metric of stored) {
        const serial = metric.total_time;
        balance.stored++;
        if (seen.has(serial)) balance.doubled++;
        if (!isSame(metric, createMetric(serial))) balance.altered++;
        seen.add(serial);
      }
      for (const serial of acknowledged) if (!seen.has(serial)) balance.lost++;
      return balance;
    },
  };
};

interface Page {
  metrics: Metric[];
  next_url?: string | null;
}

/** A list of metrics, page after page by its links. */
export async function* walk(port: number, path: string): AsyncGenerator<Metric[]> {
  let link: string | undefined = path;
  while (link !== undefined) {
    const { status, body } = await get(port, link);
    if (status === 204) return;
    if (status !== 200) throw new Error(`${link} answered ${status}: ${body.subarray(0, 500).toString()}`);
    const page = JSON.parse(body.toString()) as Page;
    yield page.metrics;
    link = page.next_url ?? undefined;
  }
}

/** Every metric the server holds. */
export const readAll = async (port: number): Promise<Metric[]> => {
  const metrics: Metric[] = [];
  for await (const page of walk(port, '/api/v1/metrics/?per_page=5000')) metrics.push(...page);
  return metrics;
};
