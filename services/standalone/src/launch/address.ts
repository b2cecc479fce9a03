import { hostname } from 'node:os';
import type { StandaloneConfig } from '../config.ts';

type Listening = Pick<StandaloneConfig, 'host' | 'port' | 'certificate'>;

const isWildcard = (host: string | undefined): boolean =>
  host === undefined || host === '0.0.0.0' || host === '::';

const base = ({ port, certificate }: Listening, host: string): string =>
  `${certificate ? 'https' : 'http'}://${host.includes(':') ? `[${host}]` : host}:${port}`;

/** The base URL under which this machine reaches the server. */
export const localUrl = (config: Listening): string =>
  base(config, config.host === undefined || isWildcard(config.host) ? 'localhost' : config.host);

/** The base URL for other machines, where the server listens to them. */
export const remoteUrl = (config: Listening): string | undefined =>
  isWildcard(config.host) ? base(config, hostname()) : undefined;

/** What somebody who has just started the server wants to know about a base URL. */
export const describeUrl = (url: string): string[] => [
  `landing page  ${url}/`,
  `pytest        pytest --remote-server ${url}`,
  `reference     ${url}/api/v1/docs`,
];
