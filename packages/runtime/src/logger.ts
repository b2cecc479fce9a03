import { pino, type Logger } from 'pino';
import pretty from 'pino-pretty';
import type { Values } from './config/index.ts';

export type { Logger } from 'pino';

/** JSON lines on standard output, or readable ones in development. */
export function createLogger(
  name: string,
  { environment, logLevel }: Pick<Values, 'environment' | 'logLevel'>,
): Logger {
  const isDeveloping = environment === 'development';
  const level = logLevel ?? (isDeveloping ? 'debug' : 'info');
  const options = { base: { name, pid: process.pid }, level };
  return isDeveloping ? pino(options, pretty({ sync: true, ignore: 'pid,hostname' })) : pino(options);
}
