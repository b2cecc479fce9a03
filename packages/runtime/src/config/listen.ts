import { errorCode, type ConfigError } from './error.ts';
import { settingError, type Settings } from './read.ts';

/**
 * The line for the operator when listening failed for a reason that lies in the configuration; `undefined` for
 * any other error.
 */
export const listenError = (read: Settings<'host' | 'port'>, error: unknown): ConfigError | undefined => {
  switch (errorCode(error)) {
    case 'EADDRINUSE':
      return settingError(
        read,
        'port',
        'the port is taken by another program; stop that, or choose another with -p or MONITOR_SERVER_PORT',
      );
    case 'EACCES':
      return settingError(
        read,
        'port',
        'this user may not listen there; choose a port above 1023 with -p or MONITOR_SERVER_PORT',
      );
    case 'EADDRNOTAVAIL':
    case 'ENOTFOUND':
    case 'EAI_AGAIN':
      return settingError(
        read,
        'host',
        'this machine has no such address; correct MONITOR_SERVER_HOST, or unset it for all interfaces',
      );
    default:
      return undefined;
  }
};
