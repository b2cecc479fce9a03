import { createServer } from 'node:net';
import { errorCode, listenError } from '@monitor-server/runtime/config';
import type { StandaloneConfig } from '../config.ts';

const listen = (host: string, port: number): Promise<number> =>
  new Promise((settle, fail) => {
    const server = createServer();
    server.once('error', fail);
    server.listen({ host, port, exclusive: true }, () => {
      const address = server.address();
      server.close(() => settle(typeof address === 'object' && address ? address.port : port));
    });
  });

const noIpv6 = new Set(['EAFNOSUPPORT', 'EADDRNOTAVAIL', 'EINVAL']);

const listenAnywhere = async (port: number): Promise<number> => {
  try {
    return await listen('::', port);
  } catch (error) {
    if (noIpv6.has(errorCode(error))) return listen('0.0.0.0', port);
    throw error;
  }
};

/**
 * Listens for a moment where the server will, and gives back the port: the one configured, or a free one for 0.
 * Throws `ConfigError` where it cannot.
 */
export const tryPort = async (config: StandaloneConfig): Promise<number> => {
  const { host, port } = config;
  try {
    return host === undefined ? await listenAnywhere(port) : await listen(host, port);
  } catch (error) {
    throw listenError(config, error) ?? error;
  }
};
