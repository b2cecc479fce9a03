import { parseArgs, type ParseArgsConfig } from 'node:util';
import { ConfigError } from '@monitor-server/runtime/config';

/** What a command was asked for. Throws a ConfigError, followed by how it is used, for what it does not know. */
export function readArguments<T extends NonNullable<ParseArgsConfig['options']>>(
  args: readonly string[],
  options: T,
  usage: string,
) {
  try {
    const { values, positionals } = parseArgs({ args: [...args], options, allowPositionals: true });
    return { values, positionals };
  } catch (error) {
    throw new ConfigError(`${(error as Error).message}\n${usage}`);
  }
}

/** Reads a whole number from `from` on. */
export function wholeNumber(text: string, from: number, usage: string): number {
  if (/^\d{1,15}$/.test(text) && Number(text) >= from) return Number(text);
  throw new ConfigError(`"${text}" is not a whole number from ${from}\n${usage}`);
}
