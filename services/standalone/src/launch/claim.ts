import { errorCode, settingError } from '@monitor-server/runtime/config';
import { readConfig, type StandaloneConfig } from '../config.ts';
import { localUrl } from './address.ts';
import type { Command } from './command.ts';
import { tryPort } from './port.ts';
import { claim, recordOf, recordPath, release, type Instance } from './record.ts';

export interface Claimed {
  /** With the port that will really be used. */
  readonly config: StandaloneConfig;
  /** The pid file, which for the moment speaks of the launcher. */
  readonly path: string;
  readonly record: Instance;
  /** Arguments for Node. */
  readonly args: readonly string[];
}

const taken = (config: StandaloneConfig, other: Instance | 'starting') =>
  settingError(
    config,
    'port',
    other === 'starting' || other.phase === 'starting'
      ? 'a start of monitor-server is already under way there; look at it with -s, or choose another port with -p or MONITOR_SERVER_PORT'
      : `monitor-server already runs there with pid ${other.pid}; look at it with -s, stop it with -k, or choose another port with -p or MONITOR_SERVER_PORT`,
  );

/** The `ConfigError` for a file that cannot be written in the log folder. */
export const unwritable = (config: StandaloneConfig, path: string, error: unknown) =>
  settingError(
    config,
    'logFolder',
    `cannot write ${path} (${errorCode(error)}); make the folder writable, or name another with -L or MONITOR_SERVER_LOGDIR`,
  );

// A port of 0 is settled here, since the files in the log folder are named after the port.
const settled = async (config: StandaloneConfig): Promise<StandaloneConfig> =>
  config.port === 0 ? { ...config, port: await tryPort(config) } : config;

const put = (config: StandaloneConfig, path: string, record: Instance): void => {
  const other = (() => {
    try {
      return claim(path, record);
    } catch (error) {
      throw unwritable(config, path, error);
    }
  })();
  if (other !== undefined) throw taken(config, other);
};

/**
 * Checks everything that can be checked before the server starts, and reserves the pid file for this launcher,
 * so that of two at once only one goes on. Throws `ConfigError` and leaves nothing behind.
 */
export const claimPlace = async (command: Command): Promise<Claimed> => {
  const asked = readConfig(command);
  const config = await settled(asked);
  const path = recordPath(config);
  const record = recordOf(process.pid, 'starting', localUrl(config));
  put(config, path, record);
  try {
    await tryPort(config);
  } catch (error) {
    release(path, record);
    throw error;
  }
  const watch = config.environment === 'development' ? ['--watch', '--watch-preserve-output'] : [];
  return {
    config,
    path,
    record,
    args: [
      ...watch,
      command.entry,
      ...command.argv,
      ...(asked.port === 0 ? ['-p', String(config.port)] : []),
    ],
  };
};
