import type { Writable } from 'node:stream';
import { styleText } from 'node:util';

/** A stream to write to; a terminal says so, and how wide it is. */
export type Output = Writable & { readonly isTTY?: boolean; readonly columns?: number };

/** Everything a command sees of the process it runs in. */
export interface Terminal {
  readonly stdout: Output;
  readonly stderr: Output;
  readonly env: Readonly<Record<string, string | undefined>>;
  /** Ends the command. */
  readonly signal: AbortSignal;
}

type Format = Parameters<typeof styleText>[0];

/** Colours a text, or leaves it as it is. */
export type Paint = (format: Format, text: string) => string;

const plain: Paint = (_, text) => text;
const coloured: Paint = (format, text) => styleText(format, text, { validateStream: false });

/** Whether an output is a terminal with colours, which NO_COLOR (https://no-color.org) may forbid. */
export function hasColours({ env }: Pick<Terminal, 'env'>, output: Output): boolean {
  return output.isTTY === true && (env['NO_COLOR'] ?? '') === '' && env['TERM'] !== 'dumb';
}

export function paintOf(terminal: Terminal, output: Output): Paint {
  return hasColours(terminal, output) ? coloured : plain;
}

/** How many columns a line of output may take; what goes into a file or a pipe may take any number. */
function widthOf({ env, stdout }: Terminal): number {
  if (stdout.isTTY === true && stdout.columns !== undefined && stdout.columns > 0) return stdout.columns;
  const given = Number(env['COLUMNS']);
  return Number.isInteger(given) && given > 0 ? given : Number.POSITIVE_INFINITY;
}

/** How tables look on a terminal. */
export function styleOf(terminal: Terminal): { width: number; paint: Paint } {
  return { width: widthOf(terminal), paint: paintOf(terminal, terminal.stdout) };
}

/** Writes what people read. */
export function say({ stdout }: Terminal, text: string): void {
  stdout.write(`${text}\n`);
}

/** Writes what has to be known beside the result, so that it does not get into files and pipes. */
export function remark(terminal: Terminal, text: string): void {
  terminal.stderr.write(`${text}\n`);
}

/** C1 control characters act on terminals, too, and JSON leaves them as they are. */
const C1 = /[\u007f-\u009f]/g;

/** Writes what programs read. NaN is null. */
export function sayJson(terminal: Terminal, value: unknown): void {
  const text = JSON.stringify(value, undefined, 2);
  say(
    terminal,
    text.replace(C1, (character) => `\\u00${character.charCodeAt(0).toString(16)}`),
  );
}
