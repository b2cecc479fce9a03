import type { FastifyInstance } from 'fastify';
import { collectDefaultMetrics, Counter, Gauge, Histogram, Registry } from 'prom-client';
import { VERSION } from '../version.ts';
import { watchBacklog, watchQueue, type AskQueue, type Backlog } from './backlog.ts';
import { watchReading, watchWriting, type Pool, type Reading } from './pools.ts';
import { timeRequests } from './requests.ts';
import type { Sample } from './sample.ts';
import { BOUNDS, createTimings } from './timings.ts';

/** What a process counts and measures. Each kind is there once the process does what it is about. */
export interface Metrics {
  timeRequests(app: FastifyInstance): void;
  /** Told of every batch that was accepted. */
  watchAccepting(): (accepted: { readonly records: number; readonly milliseconds: number }) => void;
  /** Told of every transaction that stored something. */
  watchStoring(): (commit: {
    readonly records: number;
    readonly dead: number;
    readonly milliseconds: number;
  }) => void;
  watchQueue(ask: AskQueue): void;
  watchBacklog(backlog: Backlog): void;
  watchReading(usage: () => Reading): void;
  watchWriting(usage: () => Pool): void;
  /** Told how many processes of a role there are, and whether one has died. */
  watchProcesses(): (role: string, count: number, died: boolean) => void;
  /** Everything as it is now. */
  sample(): Promise<Sample[]>;
}

const SIZES = [1, 3, 10, 30, 100, 300, 1_000, 3_000, 10_000];

/** Of several processes the one with the slowest loop is the one to know of. */
const worstLoop = (sample: Sample): Sample =>
  sample.name.startsWith('nodejs_eventloop_lag') ? { ...sample, aggregator: 'max' } : sample;

export function createMetrics(): Metrics {
  const registry = new Registry();
  const registers = [registry];
  const refreshers: (() => void | Promise<void>)[] = [];
  const timings = createTimings(
    'monitor_server_http_request_duration_seconds',
    'How long requests to the API took, by route and status',
  );
  let timing = false;

  const counter = (name: string, help: string) =>
    new Counter({ name: `monitor_server_${name}`, help, registers });
  const histogram = (name: string, help: string, buckets: number[]) =>
    new Histogram({ name: `monitor_server_${name}`, help, buckets, registers });

  collectDefaultMetrics({ register: registry });
  new Gauge({
    name: 'monitor_server_build_info',
    help: '1; which version runs, and on which Node.js',
    labelNames: ['version', 'node'],
    aggregator: 'first',
    registers,
  }).set({ version: VERSION, node: process.versions.node }, 1);

  return {
    timeRequests(app) {
      timing = true;
      timeRequests(app, timings);
    },

    watchAccepting() {
      const total = counter('records_accepted_total', 'Records that were accepted: durable, and answered');
      const sizes = histogram('accepted_batch_records', 'Records in an accepted batch', SIZES);
      const times = histogram(
        'accept_duration_seconds',
        'How long it took until a batch was durable',
        BOUNDS,
      );
      return ({ records, milliseconds }) => {
        total.inc(records);
        sizes.observe(records);
        times.observe(milliseconds / 1000);
      };
    },

    watchStoring() {
      const stored = counter('records_stored_total', 'Records that were stored');
      const dead = counter('records_dead_total', 'Records that the database refused, kept as dead records');
      const sizes = histogram('commit_records', 'Records in a transaction', SIZES);
      const times = histogram('commit_duration_seconds', 'How long a transaction took', BOUNDS);
      return (commit) => {
        stored.inc(commit.records);
        dead.inc(commit.dead);
        sizes.observe(commit.records);
        times.observe(commit.milliseconds / 1000);
      };
    },

    watchQueue: (ask) => void refreshers.push(watchQueue(registry, ask)),
    watchBacklog: (backlog) => void refreshers.push(watchBacklog(registry, backlog)),
    watchReading: (usage) => void refreshers.push(watchReading(registry, usage)),
    watchWriting: (usage) => void refreshers.push(watchWriting(registry, usage)),

    watchProcesses() {
      const labelNames = ['role'];
      const name = 'monitor_server_processes';
      const running = new Gauge({ name, help: 'Processes that run', labelNames, registers });
      const deaths = new Counter({
        name: 'monitor_server_process_deaths_total',
        help: 'Processes that died and were replaced',
        labelNames,
        registers,
      });
      return (role, count, died) => {
        running.set({ role }, count);
        deaths.inc({ role }, died ? 1 : 0);
      };
    },

    async sample() {
      await Promise.all(refreshers.map(async (refresh) => refresh()));
      const samples = (await registry.getMetricsAsJSON()) as unknown as Sample[];
      return [...samples.map(worstLoop), ...(timing ? [timings.sample()] : [])];
    },
  };
}
