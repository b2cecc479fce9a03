import { AggregatorRegistry } from 'prom-client';

/** A metric of one process at one moment, fit to be sent to another process. */
export interface Sample {
  readonly name: string;
  readonly help: string;
  readonly type: string;
  /** How those of several processes become one. */
  readonly aggregator: string;
  readonly values: readonly {
    readonly metricName?: string;
    readonly labels: Readonly<Record<string, string | number>>;
    readonly value: number;
  }[];
}

/** The metrics of all processes together, as Prometheus reads them. */
export function expose(processes: readonly (readonly Sample[])[]): Promise<string> {
  return AggregatorRegistry.aggregate(processes.map((samples) => [...samples])).metrics();
}
