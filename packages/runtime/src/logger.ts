import { pino, type Logger } from 'pino';
import pretty from 'pino-pretty';
import type { Environment } from './config/index.ts';

export type { Logger } from 'pino';

/** JSON lines on standard output, or readable ones in development. */
export function createLogger(name: string, environment: Environment): Logger {
  const options = { base: { name, pid: process.pid } };
  return environment === 'development'
    ? pino({ ...options, level: 'debug' }, pretty({ sync: true, ignore: 'pid,hostname' }))
    : pino(options);
}
