export interface RedisHost {
  /** A name or an address, IPv6 without brackets. */
  readonly host: string;
  readonly port: number;
}

export interface RedisLogin {
  /** `undefined`: the default user. */
  readonly user: string | undefined;
  readonly password: string;
}

export interface RedisAccess {
  readonly login: RedisLogin | undefined;
  /** `undefined`: no TLS. */
  readonly tls: { readonly ca: string | undefined } | undefined;
  /** What the names of all keys begin with, without braces; `undefined`: as usual. */
  readonly prefix: string | undefined;
  /** The URI, fit to be printed. */
  readonly shown: string;
}

export interface RedisDatabase {
  readonly db: number;
  /** How many replicas must have a batch before it counts as taken. */
  readonly replicas: number;
}

export interface RedisServer extends RedisAccess, RedisDatabase {
  readonly kind: 'server';
  readonly hosts: readonly [RedisHost];
}

export interface RedisSentinels extends RedisAccess, RedisDatabase {
  readonly kind: 'sentinel';
  /** The sentinels, which know where the master is. */
  readonly hosts: readonly RedisHost[];
  /** What the sentinels call the master. */
  readonly master: string;
  readonly sentinelLogin: RedisLogin | undefined;
}

export interface RedisCluster extends RedisAccess {
  readonly kind: 'cluster';
  /** Some nodes, which know the others. */
  readonly hosts: readonly RedisHost[];
}

/** Where the queue is. Holds passwords; only `shown` is fit to be printed. */
export type QueueAddress = RedisServer | RedisSentinels | RedisCluster;
