import { Gauge, type Registry } from 'prom-client';

/** How busy connections are that several share. */
export interface Pool {
  readonly used: number;
  readonly idle: number;
  /** Those who wait for a connection. */
  readonly waiting: number;
}

/** How busy those are who read, and where they read. */
export interface Reading {
  readonly pools: readonly (Pool & { readonly name: string })[];
  readonly replicas: readonly { name: string; isReady: boolean; lagMs: number | undefined }[];
}

/** Gives what brings the gauges up to date. */
export function watchReading(registry: Registry, usage: () => Reading) {
  const registers = [registry];
  const connections = new Gauge({
    name: 'monitor_server_read_connections',
    help: 'Connections, or with SQLite threads, to read with',
    labelNames: ['pool', 'state'],
    registers,
  });
  const waiting = new Gauge({
    name: 'monitor_server_reads_waiting',
    help: 'Reads that wait for one',
    labelNames: ['pool'],
    registers,
  });
  const lag = new Gauge({
    name: 'monitor_server_replica_lag_seconds',
    help: 'For how long a replica has lacked something that the primary has',
    labelNames: ['replica'],
    aggregator: 'max',
    registers,
  });
  const ready = new Gauge({
    name: 'monitor_server_replica_ready',
    help: '1 while a replica is read from',
    labelNames: ['replica'],
    aggregator: 'min',
    registers,
  });

  return (): void => {
    const { pools, replicas } = usage();
    for (const { name: pool, used, idle, waiting: reads } of pools) {
      connections.set({ pool, state: 'used' }, used);
      connections.set({ pool, state: 'idle' }, idle);
      waiting.set({ pool }, reads);
    }
    for (const { name: replica, isReady, lagMs } of replicas) {
      ready.set({ replica }, isReady ? 1 : 0);
      if (lagMs === undefined) lag.remove({ replica });
      else lag.set({ replica }, lagMs / 1000);
    }
  };
}

/** Gives what brings the gauges up to date. */
export function watchWriting(registry: Registry, usage: () => Pool) {
  const registers = [registry];
  const connections = new Gauge({
    name: 'monitor_server_write_connections',
    help: 'Connections to write with',
    labelNames: ['state'],
    registers,
  });
  const waiting = new Gauge({
    name: 'monitor_server_writes_waiting',
    help: 'Transactions that wait for one',
    registers,
  });

  return (): void => {
    const { used, idle, waiting: transactions } = usage();
    connections.set({ state: 'used' }, used);
    connections.set({ state: 'idle' }, idle);
    waiting.set(transactions);
  };
}
