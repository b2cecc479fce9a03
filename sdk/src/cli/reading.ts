import { existsSync } from 'node:fs';
import { Command, InvalidArgumentError, Option } from 'commander';
import { Monitor } from '../monitor.ts';
import { UsageError } from './failures.ts';
import type { Terminal } from './terminal.ts';

/** Where a command reads from, as it was asked for. */
export interface SourceOptions {
  source?: string;
  token?: string;
}

/** What every command that reads takes. */
export interface ReadingOptions extends SourceOptions {
  json?: true;
}

/** The file that pytest-monitor writes where pytest runs. */
const LOCAL_FILE = '.pymon';

function sourceOf({ source }: SourceOptions, { env }: Terminal): string {
  const given = source ?? env['MONITOR_SERVER_URL'] ?? '';
  if (given !== '') return given;
  if (existsSync(LOCAL_FILE)) return LOCAL_FILE;
  throw new UsageError(
    `nothing to read from: give --source URL or FILE, set MONITOR_SERVER_URL, or go where a ${LOCAL_FILE} is`,
  );
}

/** A monitor of the server at an address; throws a UsageError for what is no address. */
export function serverAt(address: string, { token }: SourceOptions, { env }: Terminal): Monitor {
  if (!/^https?:\/\//i.test(address) || !URL.canParse(address))
    throw new UsageError(`${address} is no address of a server, such as http://localhost:8181`);
  return new Monitor(address, tokenOf(token ?? env['MONITOR_SERVER_TOKEN']));
}

function tokenOf(token: string | undefined): { token?: string } {
  return token === undefined || token === '' ? {} : { token };
}

/** Reads with a monitor of the source that was asked for, and closes it. */
export async function reading<T>(
  terminal: Terminal,
  options: SourceOptions,
  read: (monitor: Monitor) => Promise<T>,
): Promise<T> {
  const source = sourceOf(options, terminal);
  const isAddress = /^https?:/i.test(source);
  await using monitor = isAddress ? serverAt(source, options, terminal) : new Monitor(source);
  return await read(monitor);
}

export const tokenOption = (): Option =>
  new Option('--token <token>', 'what the server asks for; better set MONITOR_SERVER_TOKEN');

/** A command that reads from a server or a file. */
export function sourceCommand(name: string, description: string): Command {
  return new Command(name)
    .description(description)
    .option(
      '-s, --source <url|file>',
      'a server, or a file of pytest-monitor (MONITOR_SERVER_URL, else .pymon)',
    )
    .addOption(tokenOption());
}

/** A command that tells what it reads to people or to programs. */
export function readingCommand(name: string, description: string): Command {
  return sourceCommand(name, description).option('--json', 'print JSON, numbers as they were measured');
}

/** Reads a whole number; what is none is refused. */
export function wholeNumber(text: string): number {
  if (/^\d{1,15}$/.test(text)) return Number(text);
  throw new InvalidArgumentError('It must be a whole number.');
}

/** Reads a whole number from 1. */
export function positiveNumber(text: string): number {
  const value = wholeNumber(text);
  if (value > 0) return value;
  throw new InvalidArgumentError('It must be 1 or more.');
}

/** Collects what an option is given several times. */
export function repeated(text: string, before: readonly string[] = []): string[] {
  return [...before, text];
}

/** How wide examples may be: a terminal of the usual width shows each in one line. */
const EXAMPLE_WIDTH = 80;

/** Examples as the help of a command shows them: what to type, and what it does. */
export function examples(...lines: readonly (readonly [command: string, what: string])[]): string {
  const width = Math.max(...lines.map(([command]) => command.length));
  const beside = lines.map(([command, what]) => `  $ ${command.padEnd(width)}  # ${what}`);
  const below = lines.map(([command, what]) => `  # ${what}\n  $ ${command}`);
  const fit = beside.every(({ length }) => length <= EXAMPLE_WIDTH);
  return `\nExamples:\n${(fit ? beside : below).join('\n')}`;
}
