import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { certificateFolder, startNginx, type Nginx } from '@monitor-server/testing';

const folder = new URL('../../../../infra/nginx/', import.meta.url);

const read = (name: string): string => readFileSync(new URL(name, folder), 'utf8');

/** What stands in `${}` in the template of the gateway, but for what it listens on. */
export type Variables = Record<'GATEWAY_RESOLVER' | 'GATEWAY_INGEST' | 'GATEWAY_QUERY', string>;

const tls = (): string =>
  read('tls.conf')
    .replace('/certs/tls.crt', join(certificateFolder, 'server.pem'))
    .replace('/certs/tls.key', join(certificateFolder, 'server.key'));

/** The gateway of docker-compose.yml, as a process of this machine. */
export const startGateway = (variables: Variables, scheme: 'http' | 'https' = 'http'): Promise<Nginx> =>
  startNginx((port) => {
    const isSecure = scheme === 'https';
    const values: Record<string, string> = {
      ...variables,
      GATEWAY_LISTEN: `127.0.0.1:${port}${isSecure ? ' ssl' : ''}`,
    };
    return read('gateway.conf.template')
      .replace('include ${GATEWAY_TLS};', isSecure ? tls() : '')
      .replaceAll(/\$\{(\w+)\}/g, (_, name: string) => {
        const value = values[name];
        if (value === undefined) throw new Error(`the template names ${name}, which has no value`);
        return value;
      });
  });
