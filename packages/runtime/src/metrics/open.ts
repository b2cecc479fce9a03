import type { Settings } from '../config/index.ts';
import type { Metrics } from './metrics.ts';
import type { Sample } from './sample.ts';

/** What a process measures, if there is a port on which anybody could ask for it. */
export async function openMetrics({
  managementPort,
}: Pick<Settings<'managementPort'>, 'managementPort'>): Promise<Metrics | undefined> {
  if (managementPort === undefined) return undefined;
  // Loaded only where it is used: it would cost every other process its memory.
  const { createMetrics } = await import('./metrics.ts');
  return createMetrics();
}

/** What a process that runs alone tells of itself. */
export const samplesOf = (metrics: Metrics | undefined) => async (): Promise<Sample[][]> =>
  metrics === undefined ? [] : [await metrics.sample()];
