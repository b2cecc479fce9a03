import { Option, type Command } from 'commander';
import { Metrics } from '../../collections/metrics.ts';
import { Field, ResourceType } from '../../enums.ts';
import type { Monitor } from '../../monitor.ts';
import type { GroupKey } from '../../statistics/keys.ts';
import { summarize, type Summary } from '../../statistics/summarize.ts';
import { withProgress } from '../progress.ts';
import { count, counted, quantity } from '../quantities.ts';
import { examples, reading, readingCommand, wholeNumber, type ReadingOptions } from '../reading.ts';
import { addMetricFilter, metricsOf, queryOf, type MetricFlags } from '../selection.ts';
import { tableOf, type Column } from '../table.ts';
import { remark, say, sayJson, styleOf, type Terminal } from '../terminal.ts';

interface SummaryOptions extends ReadingOptions, MetricFlags {
  by?: GroupKey[];
  resource: ResourceType;
  number: number;
}

const KEYS: readonly GroupKey[] = [
  Field.ITEM_VARIANT,
  Field.ITEM,
  Field.ITEM_PATH,
  Field.ITEM_FS_LOC,
  Field.COMPONENT,
  Field.KIND,
  'pipeline',
  'build',
  Field.SCM,
  Field.SESSION_H,
  Field.CONTEXT_H,
];

async function summariesOf(
  terminal: Terminal,
  monitor: Monitor,
  { by = [Field.ITEM_VARIANT], resource, ...flags }: SummaryOptions,
): Promise<Summary[]> {
  const { signal } = terminal;
  return withProgress(terminal, 'metrics', async (onProgress) => {
    const options = { signal, onProgress, resources: [resource] };
    if (flags.pipeline === undefined) return monitor.summarize(by, { ...queryOf(flags), ...options });
    const metrics = new Metrics();
    for await (const metric of metricsOf(monitor, flags, { signal })) {
      metrics.add(metric);
      onProgress({ done: metrics.length, total: undefined });
    }
    return summarize(metrics, by, {
      ...options,
      sessions: await monitor.listSessionsFrom(metrics, { signal }),
    });
  });
}

function columnsOf(first: Summary, resource: ResourceType): Column<Summary>[] {
  const figure = (
    title: string,
    value: (summary: Summary) => number,
    optional: boolean,
  ): Column<Summary> => ({
    title,
    text: (summary) => quantity(resource, value(summary)),
    align: 'right',
    optional,
  });
  const keys = Object.keys(first.group) as GroupKey[];
  return [
    ...keys.map((key): Column<Summary> => ({
      title: key,
      text: ({ group }) => group[key] || '–',
      min: keys.length === 1 ? 30 : 16,
    })),
    { title: 'n', text: ({ n }) => count(n), align: 'right' },
    figure('median', ({ median }) => median, false),
    { bar: ({ median }) => median },
    figure('p95', ({ p95 }) => p95, false),
    figure('max', ({ max }) => max, true),
    figure('min', ({ min }) => min, true),
    figure('mean', ({ mean }) => mean, true),
    figure('sd', ({ sd }) => sd, true),
  ];
}

/** Highest median first; groups of which nothing was recorded last. */
function byMedian(a: Summary, b: Summary): number {
  return (Number.isNaN(b.median) ? -Infinity : b.median) - (Number.isNaN(a.median) ? -Infinity : a.median);
}

/** `monitor summary`: what tests, components or builds take, and how it is distributed. */
export function summaryCommand(terminal: Terminal): Command {
  const command = readingCommand('summary', 'What tests, components or builds usually take of a resource.')
    .addOption(
      new Option(
        '--by <key...>',
        'what metrics are put together by, several keys together (default: variant)',
      ).choices(KEYS),
    )
    .addOption(
      new Option('-r, --resource <name>', 'what was taken')
        .choices(Object.values(ResourceType))
        .default(ResourceType.TOTAL_TIME),
    )
    .option(
      '-n, --number <n>',
      'how many groups a table has, those with the highest medians; 0 for all',
      wholeNumber,
      20,
    );
  return addMetricFilter(command)
    .addHelpText(
      'after',
      examples(
        ['monitor summary', 'the slowest tests'],
        ['monitor summary --by component -r memory', 'how much memory components take'],
        ['monitor summary --by build --item test_load', 'how a test developed'],
      ),
    )
    .action(async (options: SummaryOptions) => {
      const { resource, number } = options;
      const summaries = await reading(terminal, options, (monitor) =>
        summariesOf(terminal, monitor, options),
      );
      const [first] = summaries;
      if (options.json === true) return sayJson(terminal, summaries);
      if (first === undefined) return remark(terminal, 'There is no such metric.');
      const sorted = summaries.toSorted(byMedian);
      const shown = number === 0 ? sorted : sorted.slice(0, number);
      const style = styleOf(terminal);
      say(terminal, tableOf(shown, columnsOf(first, resource), style));
      const left = sorted.length - shown.length;
      if (left > 0) remark(terminal, `${counted(left, 'group')} with lower medians left out; -n 0 shows all`);
    });
}
