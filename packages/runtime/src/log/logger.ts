import { fstatSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { pino, type DestinationStream, type Logger } from 'pino';
import type pinoPretty from 'pino-pretty';
import { errorCode, settingError, type ServiceSettings, type Values } from '../config/index.ts';
import { appendTo, openLogFile } from './file.ts';

export type { Logger } from 'pino';

const STANDARD_OUTPUT = 1;

type Style = Pick<Values, 'environment' | 'logLevel'>;

function create(
  name: string,
  { environment, logLevel }: Style,
  destination: DestinationStream | undefined,
): Logger {
  const level = logLevel ?? (environment === 'development' ? 'debug' : 'info');
  const options = { base: { name, pid: process.pid }, level };
  return destination === undefined ? pino(options) : pino(options, destination);
}

/** JSON lines on standard output, or readable ones in development. */
export function createLogger(name: string, style: Style): Logger {
  if (style.environment === 'development') {
    // Loaded only here: it would cost every process and every start.
    const pretty = createRequire(import.meta.url)('pino-pretty') as typeof pinoPretty;
    return create(name, style, pretty({ sync: true, ignore: 'pid,hostname' }));
  }
  const isFile = fstatSync(STANDARD_OUTPUT).isFile();
  return create(name, style, isFile ? appendTo(() => STANDARD_OUTPUT) : undefined);
}

/**
 * The log of a service that runs alone: JSON lines in a file of the log folder that is named after the service, where there
 * is such a folder, or else what `createLogger` gives. Throws a ConfigError where the file cannot be written.
 */
export function openServiceLogger(
  name: string,
  config: Pick<
    ServiceSettings<'environment' | 'logLevel' | 'logFolder'>,
    keyof Style | 'logFolder' | 'given'
  >,
): Logger {
  if (config.logFolder === undefined) return createLogger(name, config);
  const path = join(config.logFolder, `monitor-server-${name}.log`);
  try {
    return create(name, config, openLogFile(path));
  } catch (error) {
    throw settingError(config, 'logFolder', `cannot write ${path} (${errorCode(error)}); make it writable`);
  }
}
