import { get } from '@monitor-server/bench/get';
import { load } from '@monitor-server/bench/loader';
import { median } from '@monitor-server/bench/quantile';
import { openFolder } from '@monitor-server/bench/release';
import { openServer } from '@monitor-server/bench/target';
import { watchMemory, type MemorySample } from '@monitor-server/bench/tree';
import type { Options } from './options.ts';
import { settle } from './tally.ts';

/** Least squares, in MB a minute. */
const trend = (samples: MemorySample[]): number => {
  const mean = (figure: (sample: MemorySample) => number): number =>
    samples.reduce((sum, sample) => sum + figure(sample), 0) / samples.length;
  const time = mean(({ seconds }) => seconds);
  const size = mean(({ megabytes }) => megabytes);
  const shared = mean(({ seconds, megabytes }) => (seconds - time) * (megabytes - size));
  return (60 * shared) / mean(({ seconds }) => (seconds - time) ** 2);
};

const middle = (samples: MemorySample[]): number => median(samples.map(({ megabytes }) => megabytes));

const megabytes = (value: number): string => `${value.toFixed(1)} MB`;

/** Minutes at saturation: no answer but 201, all of it stored, memory flat. */
export const soak = async ({ minutes, connections = 64, workers }: Options): Promise<boolean> => {
  const folder = openFolder();
  const server = await openServer({ folder: folder.path, workers });
  const watch = watchMemory(server.pid);
  const warmup = Math.min(60, minutes * 6);
  const result = await load({ port: server.port, mode: 'mixed', connections, seconds: minutes * 60, warmup });
  const samples = watch.stop().filter(({ seconds }) => seconds > warmup);
  const { body } = await get(server.port, '/api/v1/metrics/count');
  const { count } = JSON.parse(body.toString()) as { count: number };
  const exit = await server.stop();
  folder.close();

  const third = Math.floor(samples.length / 3);
  const [, second, last] = [0, third, 2 * third].map((from) => middle(samples.slice(from, from + third)));
  const [before, after] = [second ?? 0, last ?? Number.POSITIVE_INFINITY];
  const others = [...result.others].map(([outcome, times]) => `${times} × ${outcome}`);
  return settle(`soak, ${minutes} minutes, ${connections} connections`, {
    figures: {
      '201 a second': Math.round(result.rate),
      'slowest second': Math.min(...result.perSecond),
      'p99, ms': result.p99.toFixed(1),
      '201 (metrics)': result.metrics,
      stored: count,
      'PSS, second third (median)': megabytes(before),
      'PSS, last third (median)': megabytes(after),
      'PSS, largest': megabytes(Math.max(...samples.map((sample) => sample.megabytes))),
      'PSS, trend a minute': megabytes(trend(samples)),
      'other answers were': others.join(', ') || 'none',
    },
    mustBeZero: {
      'other answers': [...result.others.values()].reduce((sum, times) => sum + times, 0),
      lost: Math.max(0, result.metrics - count),
      doubled: Math.max(0, count - result.metrics),
      'growth above 10 % in the last third': after > before * 1.1 ? 1 : 0,
      'exit code of the stop': exit.code ?? 1,
    },
  });
};
