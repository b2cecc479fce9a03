import { Option, type Command } from 'commander';
import { exportChunks, formatOf, FORMATS, isBinary, type ExportFormat } from '../export-chunks.ts';
import { UsageError } from '../failures.ts';
import { writeFile, writeStream } from '../output.ts';
import { withProgress } from '../progress.ts';
import { examples, reading, sourceCommand, type SourceOptions } from '../reading.ts';
import { addMetricFilter, metricsOf, type MetricFlags } from '../selection.ts';
import type { Terminal } from '../terminal.ts';

interface ExportOptions extends SourceOptions, MetricFlags {
  output?: string;
  format?: ExportFormat;
  withSessions?: true;
  withContexts?: true;
}

function formatFor({ output, format }: ExportOptions, { stdout }: Terminal): ExportFormat {
  const found = format ?? (output === undefined ? 'csv' : formatOf(output));
  if (found === undefined)
    throw new UsageError(`${output} does not say which format it is: give --format ${FORMATS.join(', ')}`);
  if (output === undefined && stdout.isTTY === true && isBinary(found))
    throw new UsageError(`${found} is nothing to look at: give --output FILE, or redirect it`);
  return found;
}

/** `monitor export`: metrics in a file for other programs. */
export function exportCommand(terminal: Terminal): Command {
  const command = sourceCommand('export', 'Metrics as a file for other programs.')
    .option('-o, --output <file>', 'where to; without this, it is printed')
    .addOption(
      new Option(
        '-f, --format <name>',
        'the form; without this, the name of the file tells, else csv',
      ).choices(FORMATS),
    )
    .option(
      '--with-sessions',
      'with the reference, date and tags of their sessions; in ndjson the sessions themselves',
    )
    .option('--with-contexts', 'with what they ran on; in ndjson the execution contexts themselves');
  return addMetricFilter(command)
    .addHelpText(
      'after',
      examples(
        ['monitor export -o all.parquet --with-sessions', 'everything, for DuckDB or pandas'],
        ['monitor export -p main -b 42 > build.csv', 'one build, as a table'],
        ['monitor export -f ndjson --since 2025-03-01 | gzip > march.ndjson.gz', 'lines of JSON'],
      ),
    )
    .action(async (options: ExportOptions) => {
      const { output, withSessions: sessions, withContexts: contexts } = options;
      const { signal } = terminal;
      const format = formatFor(options, terminal);
      await reading(terminal, options, (monitor) =>
        withProgress(terminal, 'metrics', (onProgress) => {
          const metrics = metricsOf(monitor, options, { signal, onProgress });
          const chunks = exportChunks(monitor, metrics, format, { sessions, contexts }, { signal });
          return output === undefined
            ? writeStream(terminal.stdout, chunks, signal)
            : writeFile(output, chunks, signal);
        }),
      );
    });
}
