import type { FastifyInstance } from 'fastify';
import type { Settings } from './config/index.ts';
import type { Metrics } from './metrics/metrics.ts';
import type { Sample } from './metrics/sample.ts';
import type { Traces } from './traces/traces.ts';

/** What a process tells of its work, as far as anybody wants to know. */
export interface Telemetry {
  readonly metrics: Metrics | undefined;
  readonly traces: Traces | undefined;
  /** Counts, times and follows the requests of an application. */
  observe(app: FastifyInstance): void;
  /** The metrics of this process. */
  samples(): Promise<Sample[]>;
  close(): Promise<void>;
}

/** For those who want to know nothing. */
export const silent: Telemetry = {
  metrics: undefined,
  traces: undefined,
  observe: () => undefined,
  samples: () => Promise.resolve([]),
  close: () => Promise.resolve(),
};

/**
 * Opens what the configuration asks for: metrics where there is a port on which they can be asked for, traces where there
 * is a collector. What is not asked for is not even loaded.
 */
export async function openTelemetry(
  name: string,
  {
    managementPort,
    traces: collector,
    traceShare,
  }: Pick<Settings<'managementPort' | 'traces' | 'traceShare'>, 'managementPort' | 'traces' | 'traceShare'>,
): Promise<Telemetry> {
  const metrics =
    managementPort === undefined ? undefined : (await import('./metrics/metrics.ts')).createMetrics();
  const traces =
    collector === undefined
      ? undefined
      : (await import('./traces/traces.ts')).openTraces({
          service: `monitor-server-${name}`,
          share: traceShare,
        });
  return {
    metrics,
    traces,
    observe(app) {
      metrics?.timeRequests(app);
      traces?.traceRequests(app);
    },
    samples: async () => (await metrics?.sample()) ?? [],
    close: async () => traces?.close(),
  };
}
