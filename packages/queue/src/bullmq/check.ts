import { once } from 'node:events';
import type { QueueAddress } from '@monitor-server/runtime/config';
import type { Cluster, Redis } from 'ioredis';
import { openConnection, type Client } from './connection.ts';

/** How long is waited for a connection. */
const PATIENCE_MS = 5_000;

/** What a queue needs at least. */
const OLDEST = { major: 6, minor: 2 };

type Facts = ReadonlyMap<string, string>;

function parseInfo(text: string): Facts {
  const lines = text.split(/\r?\n/).map((line) => /^(\w+):(.*)$/.exec(line));
  return new Map(lines.flatMap((match) => (match ? [[match[1] ?? '', match[2] ?? '']] : [])));
}

/** When writes reach the disk; `undefined` where the server does not tell, as those of many providers. */
async function syncPolicy(server: Redis): Promise<string | undefined> {
  try {
    const [, policy] = await server.config('GET', 'appendfsync');
    return policy;
  } catch {
    return undefined;
  }
}

function persistence(info: Facts, policy: string | undefined): string[] {
  if (info.get('aof_enabled') === '0')
    return ['keeps no log on disk: what was accepted is lost when it ends; set appendonly to yes'];
  const failing =
    info.get('aof_last_write_status') === 'err'
      ? ['fails to write its log to its disk; see its own log']
      : [];
  switch (policy) {
    case 'always':
      return failing;
    case undefined:
      return [
        ...failing,
        'does not tell when it syncs its log to its disk, so it cannot be checked whether what was accepted survives a ' +
          'power failure; it does where appendfsync is always',
      ];
    case 'everysec':
      return [
        ...failing,
        'syncs its log once a second: what was accepted in the last two seconds is lost when its machine fails; ' +
          'set appendfsync to always',
      ];
    default:
      return [
        ...failing,
        `leaves it to the system when its log is synced (appendfsync ${policy}): what was accepted in the last half ` +
          'minute or more is lost when its machine fails; set appendfsync to always',
      ];
  }
}

function eviction(info: Facts): string[] {
  // The other policies spare what has no time to live, and so every batch.
  const policy = info.get('maxmemory_policy') ?? '';
  return policy.startsWith('allkeys-') && info.get('maxmemory') !== '0'
    ? [
        `throws away what was accepted when memory is short; set maxmemory-policy to noeviction (it is ${policy})`,
      ]
    : [];
}

function replication(info: Facts, address: QueueAddress): string[] {
  if (info.get('role') === 'slave')
    return ['is a replica, which accepts nothing; give the address of its master'];
  const replicas = Number(info.get('connected_slaves') ?? 0);
  if (address.kind !== 'cluster' && address.replicas > 0)
    return replicas >= address.replicas
      ? []
      : [
          `has ${replicas} replicas, and ${address.replicas} must have a batch before it is accepted: it accepts none`,
        ];
  return replicas > 0 || address.kind === 'sentinel'
    ? [
        'may lose what was accepted in the last moments when a replica takes over' +
          (address.kind === 'cluster'
            ? ''
            : '; with ?replicas=1 in the address a batch waits for a replica to have it'),
      ]
    : [];
}

function age(info: Facts): string[] {
  const version = info.get('redis_version') ?? '';
  const [major = 0, minor = 0] = version.split('.').map(Number);
  const tooOld = major < OLDEST.major || (major === OLDEST.major && minor < OLDEST.minor);
  return tooOld ? [`is version ${version}; ${OLDEST.major}.${OLDEST.minor} or newer is needed`] : [];
}

async function checkServer(server: Redis, address: QueueAddress): Promise<string[]> {
  const info = parseInfo(await server.info());
  return [
    ...age(info),
    ...replication(info, address),
    ...persistence(info, await syncPolicy(server)),
    ...eviction(info),
  ];
}

/** Everyone who may hold batches, with what to call it. */
function servers(client: Client, name: string): [name: string, server: Redis][] {
  if (!client.isCluster) return [[name, client as Redis]];
  return (client as Cluster)
    .nodes('master')
    .map((server) => [`Redis at ${server.options.host}:${server.options.port}`, server]);
}

/**
 * Finds out what it is worth that this Redis has accepted a batch: tells, one sentence each, how it could be lost all
 * the same. There is nothing to tell where Redis syncs every write before it answers, and evicts nothing. Where it
 * cannot be asked, one sentence says so. Takes ten seconds at most, and never rejects.
 */
export async function checkRedis(address: QueueAddress): Promise<string[]> {
  const connection = openConnection({ address, meanwhile: 'fail' });
  const { client, name } = connection;
  try {
    await once(client, 'ready', { signal: AbortSignal.timeout(PATIENCE_MS) });
    const checks = servers(client, name).map(async ([each, server]) =>
      (await checkServer(server, address)).map((problem) => `${each} ${problem}`),
    );
    return (await Promise.all(checks)).flat();
  } catch (error) {
    const { name: kind, message } = error as Error;
    const reason = connection.problem() || (kind === 'AbortError' ? 'it does not answer' : message);
    return [`it cannot be checked yet what ${name} does with what it accepts: ${reason}`];
  } finally {
    connection.close();
  }
}
