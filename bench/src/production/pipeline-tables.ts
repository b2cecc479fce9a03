import { milliseconds, percent, table, thousands } from '../report.ts';
import type { Syncing } from './backends.ts';
import type { TableSize } from './database.ts';
import { bytesPerMetric, middle, rateOf, syncings, type Runs } from './pipeline-runs.ts';
import { sustainedRate, type FloorTrial, type PipelineTrial } from './pipeline-trial.ts';
import type { ProcessorTimes } from './processors.ts';

type Row = (string | number)[];

const floorRow = ({ connections, floor }: Runs): Row => [
  `${connections}, floor`,
  thousands(rateOf(floor)),
  '',
  '',
  milliseconds(middle(floor, ({ p50 }) => p50)),
  milliseconds(middle(floor, ({ p99 }) => p99)),
  '',
  '',
  '',
  '',
];

const pipelineRow = (runs: Runs, syncing: Syncing): Row => {
  const trials = runs[syncing];
  return [
    `${runs.connections}, ${syncing}`,
    thousands(rateOf(trials)),
    thousands(middle(trials, ({ backlog }) => backlog.storedRate)),
    percent(middle(trials, sustainedRate) / rateOf(runs.floor)),
    milliseconds(middle(trials, ({ p50 }) => p50)),
    milliseconds(middle(trials, ({ p99 }) => p99)),
    `${thousands(middle(trials, ({ backlog }) => backlog.first))} → ${thousands(middle(trials, ({ backlog }) => backlog.last))}`,
    Math.max(...trials.map(({ backlog }) => backlog.oldest)).toFixed(2),
    middle(trials, ({ drained }) => drained).toFixed(2),
    thousands(Math.max(...trials.map(({ memory }) => memory))),
  ];
};

const processorCells = (trials: readonly FloorTrial[], names: readonly (keyof ProcessorTimes)[]): Row =>
  names.map((name) => (middle(trials, (trial) => trial.processors[name] / trial.metrics) * 1e6).toFixed(0));

/** What takes room on the disk, from a byte a metric on. */
export const diskTable = (trial: PipelineTrial): string => {
  const { metrics, tables } = trial.disk;
  const row = ({ table: name, bytes }: TableSize): Row => [
    `\`${name}\``,
    (bytes / 2 ** 20).toFixed(1),
    (bytes / metrics).toFixed(1),
  ];
  const largest = tables.filter(({ bytes }) => bytes / metrics >= 1);
  const all = { table: 'all tables', bytes: bytesPerMetric(trial) * metrics };
  const rows = [...largest, all].map(row);
  return table([`disk, ${thousands(metrics)} metrics`, 'MiB with indexes', 'bytes a metric'], rows);
};

const rateHead = [
  'posts over so many connections',
  'accepted/s',
  'stored/s',
  'of the floor',
  'p50 ms',
  'p99 ms',
  'records waiting',
  'oldest s',
  'drained s',
  'PSS max MB',
];

/** How much was accepted and stored, and what waited meanwhile, in the first third of the time and in the last. */
export const rateTable = (all: readonly Runs[]): string => {
  const rows = all.flatMap((runs) => [
    floorRow(runs),
    ...syncings.map((syncing) => pipelineRow(runs, syncing)),
  ]);
  return table(rateHead, rows);
};

/** Who used the processors. */
export const processorTable = (all: readonly Runs[]): string => {
  const head = ['processor time, µs a metric', 'HTTP', 'load', 'Redis', 'worker', 'PostgreSQL'];
  const rows = all.flatMap((runs) => [
    [`${runs.connections}, floor`, ...processorCells(runs.floor, ['http', 'load']), '', '', ''],
    ...syncings.map((syncing) => [
      `${runs.connections}, ${syncing}`,
      ...processorCells(runs[syncing], ['http', 'load', 'redis', 'worker', 'postgres']),
    ]),
  ]);
  return table(head, rows);
};
