import { Gauge, type Registry } from 'prom-client';

interface Waiting {
  readonly records: number;
  /** How long the oldest has waited. */
  readonly oldestMs: number;
}

/** Where records wait to be stored. */
export interface Backlog {
  /** Rejects where the queue cannot be asked. */
  readonly queue?: (() => Promise<Waiting & { readonly jobs: number }>) | undefined;
  readonly spool: () => Promise<Waiting & { readonly batches: number; readonly bytes: number }>;
  /** Whether the queue, or without one the database, takes nothing. */
  readonly isAway: () => boolean;
  /** Records from which on answers are held back. */
  readonly limit: number;
}

/** Gives what brings the gauges up to date. What cannot be asked is not there, rather than as it was. */
export function watchBacklog(registry: Registry, { queue, spool, isAway, limit }: Backlog) {
  // Every process sees the same queue, and has a spool of its own.
  const of = (name: string, help: string, aggregator: 'max' | 'sum') =>
    new Gauge({ name: `monitor_server_${name}`, help, aggregator, registers: [registry] });
  const away = of('queue_away', '1 while the queue, or without one the database, takes nothing', 'max');
  const limits = of('backlog_limit_records', 'Records that may wait before answers are held back', 'max');
  const queued = {
    batches: of('queue_batches', 'Batches in the queue', 'max'),
    records: of('queue_records', 'Records in the queue, estimated', 'max'),
    oldest: of('queue_oldest_seconds', 'Age of the oldest batch in the queue', 'max'),
  };
  const spooled = {
    batches: of('spool_batches', 'Batches in the spool', 'sum'),
    records: of('spool_records', 'Records in the spool', 'sum'),
    bytes: of('spool_bytes', 'What they take on the disk', 'sum'),
    oldest: of('spool_oldest_seconds', 'How long the oldest batch in the spool has waited', 'max'),
  };
  limits.set(limit);

  async function refreshQueue(): Promise<void> {
    const found = await queue?.().catch(() => undefined);
    if (found === undefined) {
      for (const gauge of Object.values(queued)) gauge.remove();
      return;
    }
    queued.batches.set(found.jobs);
    queued.records.set(found.records);
    queued.oldest.set(found.oldestMs / 1000);
  }

  async function refreshSpool(): Promise<void> {
    const { batches, records, bytes, oldestMs } = await spool();
    spooled.batches.set(batches);
    spooled.records.set(records);
    spooled.bytes.set(bytes);
    spooled.oldest.set(oldestMs / 1000);
  }

  return async (): Promise<void> => {
    away.set(isAway() ? 1 : 0);
    await Promise.all([refreshQueue(), refreshSpool()]);
  };
}
