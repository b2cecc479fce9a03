import { Gauge, type Registry } from 'prom-client';

interface Waiting {
  readonly records: number;
  /** How long the oldest has waited. */
  readonly oldestMs: number;
}

/** What waits in the queue. Rejects where it cannot be asked. */
export type AskQueue = () => Promise<Waiting & { readonly jobs: number }>;

/** Where records wait that a process accepts. */
export interface Backlog {
  readonly spool: () => Promise<Waiting & { readonly batches: number; readonly bytes: number }>;
  /** Whether the queue, or without one the database, takes nothing. */
  readonly isAway: () => boolean;
  /** Records from which on answers are held back. */
  readonly limit: number;
}

const gaugeOf = (registry: Registry, name: string, help: string, aggregator: 'max' | 'sum') =>
  new Gauge({ name: `monitor_server_${name}`, help, aggregator, registers: [registry] });

/** Gives what brings the gauges up to date. A queue that cannot be asked is not there, rather than as it was. */
export function watchQueue(registry: Registry, ask: AskQueue) {
  // Every process sees the same queue.
  const of = (name: string, help: string) => gaugeOf(registry, `queue_${name}`, help, 'max');
  const batches = of('batches', 'Batches in the queue');
  const records = of('records', 'Records in the queue, estimated');
  const oldest = of('oldest_seconds', 'Age of the oldest batch in the queue');

  return async (): Promise<void> => {
    const found = await ask().catch(() => undefined);
    if (found === undefined) {
      for (const gauge of [batches, records, oldest]) gauge.remove();
      return;
    }
    batches.set(found.jobs);
    records.set(found.records);
    oldest.set(found.oldestMs / 1000);
  };
}

/** Gives what brings the gauges up to date. */
export function watchBacklog(registry: Registry, { spool, isAway, limit }: Backlog) {
  const of = gaugeOf.bind(undefined, registry);
  const away = of('queue_away', '1 while the queue, or without one the database, takes nothing', 'max');
  const limits = of('backlog_limit_records', 'Records that may wait before answers are held back', 'max');
  // Every process has a spool of its own.
  const batches = of('spool_batches', 'Batches in the spool', 'sum');
  const records = of('spool_records', 'Records in the spool', 'sum');
  const bytes = of('spool_bytes', 'What they take on the disk', 'sum');
  const oldest = of('spool_oldest_seconds', 'How long the oldest batch in the spool has waited', 'max');
  limits.set(limit);

  return async (): Promise<void> => {
    away.set(isAway() ? 1 : 0);
    const found = await spool();
    batches.set(found.batches);
    records.set(found.records);
    bytes.set(found.bytes);
    oldest.set(found.oldestMs / 1000);
  };
}
