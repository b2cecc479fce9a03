import { ExitCode, failureOf, type Failure } from './failures.ts';
import { createProgram } from './program.ts';
import { remark, type Terminal } from './terminal.ts';

/**
 * Does what the arguments ask for, those behind the name of the program, and gives the exit code. Whatever fails is told in
 * one line on stderr; nothing is thrown.
 */
export async function run(args: readonly string[], terminal: Terminal): Promise<ExitCode> {
  let ended: ExitCode = ExitCode.DONE;
  try {
    const program = createProgram(terminal, (code) => (ended = code));
    if (args.length === 0) program.help({ error: true });
    await program.parseAsync(args, { from: 'user' });
    return ended;
  } catch (error) {
    const { code, message }: Failure = failureOf(terminal.signal.aborted ? terminal.signal.reason : error);
    if (message !== undefined) remark(terminal, `monitor: ${message}`);
    return code;
  }
}
