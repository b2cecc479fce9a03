import type { SettingKey } from './settings.ts';

/** What docs/configuration.md says of a setting beyond what the help does. */
export const remarks: Readonly<Partial<Record<SettingKey, string>>> = {
  environment: 'Also `prod`, `dev`, `devel`; letter case does not matter.',
  host: '`127.0.0.1` keeps other machines out.',
  port: '0 takes any free one; the launcher prints which.',
  managementPort:
    '0 takes any free one. See [operations](operations.md#health); nothing on it asks for a token.',
  managementHost: 'In a container, `0.0.0.0`; publish the port to nobody but Prometheus.',
  logLevel: '`debug` tells which request is in which batch, and which batch in which transaction.',
  traces: 'Other variables of OpenTelemetry work as usual, see [operations](operations.md#traces).',
  timeout: 'Streams that make progress, and posts that wait to be stored, are not aborted.',
  database: 'See below.',
  retentionDays: 'See [retention](operations.md#retention).',
  replicas: 'See below.',
  queueUri: 'See below.',
  queuePatience: 'Without a queue it waits so long for PostgreSQL.',
  backlogLimit: 'See [production](production.md#backpressure).',
  spoolFolder: 'It must exist, survive restarts, and may be shared by several processes.',
  access: 'See [security](security.md).',
  trustedProxies: 'Also networks such as `10.0.0.0/8`, and `loopback`, `linklocal` and `uniquelocal`.',
  logFolder:
    'It must exist. A service that runs alone logs there only if it is given one, and else to standard output.',
  certificate: 'See below.',
};
