import { Gauge, type Registry } from 'prom-client';

/** How busy those are who read, and where they read. */
export interface Reading {
  readonly pools: readonly { name: string; used: number; idle: number; waiting: number }[];
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
