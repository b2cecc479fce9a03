import tab from '@bomb.sh/tab/commander';
import { Command } from 'commander';
import manifest from '../../package.json' with { type: 'json' };
import { buildsCommand } from './commands/builds.ts';
import { compareCommand } from './commands/compare.ts';
import { exportCommand } from './commands/export.ts';
import { importCommand } from './commands/import.ts';
import { pipelinesCommand } from './commands/pipelines.ts';
import { sessionsCommand } from './commands/sessions.ts';
import { showCommand } from './commands/show.ts';
import { summaryCommand } from './commands/summary.ts';
import { topCommand } from './commands/top.ts';
import type { ExitCode } from './failures.ts';
import { examples } from './reading.ts';
import { hasColours, paintOf, type Output, type Terminal } from './terminal.ts';

const EXIT_CODES = `
Exit codes:
  0  done      1  failed, or not all of it was stored      2  wrong use
  3  compare --fail found that something takes more        130  interrupted`;

/** The line about wrong use, with what to do about it where the line does not say so itself. */
function usageLine(text: string, path: string): string {
  const line = text
    .replace(/^error: /, '')
    .trim()
    .replaceAll('\n', ' ');
  const remedy = /Did you mean|Allowed choices|It must be/.test(line) ? '' : `; see ${path} --help`;
  return `monitor: ${line}${remedy}\n`;
}

/** Makes a command, and those below it, write to the terminal and throw instead of ending the process. */
function attach(command: Command, terminal: Terminal, path = command.name()): void {
  const { stdout, stderr, env } = terminal;
  const width = (output: Output): number => output.columns ?? (Number(env['COLUMNS']) || 80);
  const paint = paintOf(terminal, stdout);
  command
    .exitOverride()
    .configureOutput({
      writeOut: (text) => stdout.write(text),
      writeErr: (text) => stderr.write(text),
      outputError: (text) => stderr.write(usageLine(text, path)),
      getOutHelpWidth: () => width(stdout),
      getErrHelpWidth: () => width(stderr),
      getOutHasColors: () => hasColours(terminal, stdout),
      getErrHasColors: () => hasColours(terminal, stderr),
    })
    .configureHelp({ styleTitle: (title) => paint('bold', title) });
  for (const each of command.commands) attach(each, terminal, `${path} ${each.name()}`);
}

/** The command line. `end` gets the exit code of a command that did its work and still ends with another one than 0. */
export function createProgram(terminal: Terminal, end: (code: ExitCode) => void): Command {
  const program = new Command('monitor')
    .description('Asks a monitor-server, or a .pymon file, what tests cost.')
    .version(manifest.version)
    .addCommand(topCommand(terminal))
    .addCommand(showCommand(terminal))
    .addCommand(summaryCommand(terminal))
    .addCommand(compareCommand(terminal, end))
    .addCommand(sessionsCommand(terminal))
    .addCommand(pipelinesCommand(terminal))
    .addCommand(buildsCommand(terminal))
    .addCommand(exportCommand(terminal))
    .addCommand(importCommand(terminal, end))
    .addHelpText(
      'after',
      `${examples(
        ['monitor top memory -s http://localhost:8181', 'what took most memory'],
        ['export MONITOR_SERVER_URL=http://localhost:8181', 'say where only once'],
        ['monitor compare main 41 42', 'what became slower'],
        ['source <(monitor completion bash)', 'completion with the TAB key'],
      )}\n${EXIT_CODES}`,
    );
  tab(program, { completionCommandName: 'completion' });
  attach(program, terminal);
  return program;
}
