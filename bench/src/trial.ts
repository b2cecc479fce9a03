import { get } from './get.ts';
import { load, type LoadResult, type Mode } from './loader.ts';
import type { Options } from './options.ts';
import { watchProcessors } from './production/processors.ts';
import { openFloor, openServer, type Target } from './target.ts';
import { watchMemory } from './tree.ts';

/** One run of load against one freshly started server. */
export interface Trial extends LoadResult {
  mode: Mode;
  /** Largest proportional set size of the process tree, in MB. */
  memory: number;
  /** Microseconds of processor time for each answer, of the server and of the load generator. */
  cost: { server: number; load: number };
}

const count = async (port: number): Promise<number> => {
  const { status, body } = await get(port, '/api/v1/metrics/count');
  if (status !== 200) throw new Error(`/metrics/count answered ${status}`);
  return (JSON.parse(body.toString()) as { count: number }).count;
};

/** Begins something that goes on beside the load, at a port; what it gives ends that. */
export type Beside = (port: number) => Promise<() => Promise<void>>;

const measure = async (target: Target, mode: Mode, options: Options, beside?: Beside): Promise<Trial> => {
  const watch = watchMemory(target.pid);
  const end = await beside?.(target.port);
  const processors = watchProcessors({ target });
  const result = await load({ ...options, port: target.port, mode });
  const spent = processors.stop();
  await end?.();
  const memory = Math.max(...watch.stop().map(({ megabytes }) => megabytes));
  if (result.others.size > 0) {
    const others = [...result.others].map(([outcome, times]) => `${times} × ${outcome}`);
    throw new Error(`answers other than 201 (${mode}): ${others.join(', ')}\n${target.log().join('\n')}`);
  }
  const each = (seconds: number): number => (seconds * 1e6) / (result.metrics + result.sessions);
  return { ...result, mode, memory, cost: { server: each(spent.http), load: each(spent.load) } };
};

export const tryFloor = async (mode: Mode, options: Options): Promise<Trial> => {
  const target = await openFloor(options.workers);
  try {
    return await measure(target, mode, options);
  } finally {
    await target.stop();
  }
};

/** Fails unless the server then holds exactly the metrics it answered with 201, on top of so many rows. */
export const tryServer = async (
  mode: Mode,
  options: Options,
  folder: string,
  rows = 0,
  beside?: Beside,
): Promise<Trial> => {
  const target = await openServer({ folder, workers: options.workers });
  try {
    const before = await count(target.port);
    if (before !== rows) throw new Error(`the database holds ${before} metrics, not ${rows}`);
    const trial = await measure(target, mode, options, beside);
    const stored = (await count(target.port)) - rows;
    if (stored !== trial.metrics) throw new Error(`${trial.metrics} metrics got 201, ${stored} are stored`);
    return trial;
  } finally {
    await target.stop();
  }
};
