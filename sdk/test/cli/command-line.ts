import { Writable } from 'node:stream';
import { run } from '../../src/cli/run.ts';
import type { Terminal } from '../../src/cli/terminal.ts';

export interface Result {
  code: number;
  out: string;
  err: string;
}

export interface Surroundings {
  /** A terminal of so many columns; without them, pipes. */
  columns?: number;
  env?: Record<string, string>;
  signal?: AbortSignal;
}

function sink(columns: number | undefined) {
  const chunks: Uint8Array[] = [];
  const stream = new Writable({
    write(chunk: Uint8Array, _encoding, done) {
      chunks.push(chunk);
      done();
    },
  });
  const output = columns === undefined ? stream : Object.assign(stream, { columns, isTTY: true });
  return { output, text: () => Buffer.concat(chunks).toString() };
}

/** Runs a command within this process; a terminal has no colours, unless `env` allows them. */
export async function monitor(
  args: readonly string[],
  { columns, env = { NO_COLOR: '1' }, signal = new AbortController().signal }: Surroundings = {},
): Promise<Result> {
  const [out, err] = [sink(columns), sink(undefined)];
  const terminal: Terminal = { stdout: out.output, stderr: err.output, env, signal };
  const code = await run(args, terminal);
  return { code, out: out.text(), err: err.text() };
}
