import { Command } from 'commander';
import type { Monitor } from '../../monitor.ts';
import { withoutPassword } from '../../original/address.ts';
import type { UploadRefusal, UploadReport } from '../../upload/upload.ts';
import { ExitCode, UsageError } from '../failures.ts';
import { withProgress } from '../progress.ts';
import { count, counted } from '../quantities.ts';
import { examples, serverAt, tokenOption, wholeNumber, type SourceOptions } from '../reading.ts';
import { remark, say, sayJson, type Terminal } from '../terminal.ts';
import { printable } from '../text.ts';

interface ImportOptions extends Pick<SourceOptions, 'token'> {
  to?: string;
  skip?: number;
  json?: true;
}

/** How many records that were refused are told one by one. */
const TOLD = 10;

function targetOf({ to, ...options }: ImportOptions, terminal: Terminal): Monitor {
  const address = to ?? terminal.env['MONITOR_SERVER_URL'] ?? '';
  if (address === '') throw new UsageError('nowhere to import to: give --to URL, or set MONITOR_SERVER_URL');
  return serverAt(address, options, terminal);
}

function refusal({ type, at, detail, errors = {} }: UploadRefusal): string {
  const fields = Object.entries(errors).map(([field, what]) => `${field} ${what}`);
  return printable(`${type} ${at + 1}: ${fields.length === 0 ? detail : fields.join(', ')}`);
}

function tell(terminal: Terminal, from: string, report: UploadReport): void {
  const { metrics, sessions, contexts, rejected, refusals } = report;
  const stored = [counted(metrics, 'metric'), counted(sessions, 'session'), counted(contexts, 'context')];
  say(terminal, `${printable(from)}: ${stored.join(', ')} stored`);
  if (rejected === 0) return;
  remark(terminal, `${counted(rejected, 'record')} refused:`);
  for (const each of refusals.slice(0, TOLD)) remark(terminal, `  ${refusal(each)}`);
  if (rejected > TOLD) remark(terminal, `  and ${count(rejected - Math.min(TOLD, refusals.length))} more`);
}

/** Uploads from one place; where that breaks off, says how to go on. */
async function upload(
  terminal: Terminal,
  target: Monitor,
  from: string,
  skip: number | undefined,
): Promise<UploadReport> {
  const { signal } = terminal;
  let done = skip ?? 0;
  try {
    return await withProgress(terminal, withoutPassword(from), (onProgress) =>
      target.upload(from, {
        signal,
        from: skip,
        onProgress(progress) {
          ({ done } = progress);
          onProgress(progress);
        },
      }),
    );
  } catch (error) {
    // Nothing has to be known to go on: sent again, what is stored stays as it is. It only takes less time.
    if (done > 0)
      remark(
        terminal,
        `${counted(done, 'record')} of ${withoutPassword(from)} dealt with; --skip ${done} would go on from there`,
      );
    throw error;
  }
}

/** `monitor import`: stores what was measured before there was this server; `end` gets an exit code. */
export function importCommand(terminal: Terminal, end: (code: ExitCode) => void): Command {
  return new Command('import')
    .description('Stores on a server what files of pytest-monitor, or an original monitor-server, hold.')
    .argument('<from...>', 'files, or postgresql://USER:PASSWORD@HOST/DATABASE')
    .option('--to <url>', 'the server (MONITOR_SERVER_URL)')
    .addOption(tokenOption())
    .option('--skip <n>', 'records at the start that are known to be stored', wholeNumber)
    .option('--json', 'print JSON')
    .addHelpText(
      'after',
      `${examples(
        ['monitor import .pymon --to http://localhost:8181', 'what pytest left behind'],
        ['monitor import /data/monitor.sqlite', 'the SQLite database of an original server'],
        ['monitor import postgresql://reader@db/monitor', 'its PostgreSQL database (PGPASSWORD)'],
      )}\n\nThe same again changes nothing. Equal metrics of one database all stay.`,
    )
    .action(async (sources: string[], options: ImportOptions) => {
      const { skip, json } = options;
      if (skip !== undefined && sources.length > 1)
        throw new UsageError('--skip counts the records of one source: import one at a time');
      await using target = targetOf(options, terminal);
      const reports: object[] = [];
      for (const from of sources) {
        const report = await upload(terminal, target, from, skip);
        if (report.rejected > 0) end(ExitCode.FAILED);
        if (json === true) reports.push({ from: withoutPassword(from), ...report });
        else tell(terminal, withoutPassword(from), report);
      }
      if (json === true) sayJson(terminal, reports);
    });
}
