import { Argument, type Command } from 'commander';
import type { Metrics } from '../../collections/metrics.ts';
import { ResourceMethod, ResourceType } from '../../enums.ts';
import type { Metric } from '../../entities/metric.ts';
import type { Monitor } from '../../monitor.ts';
import type { RangeOptions } from '../../reading/options.ts';
import { UsageError } from '../failures.ts';
import { moment, quantity } from '../quantities.ts';
import { examples, reading, readingCommand, positiveNumber, type ReadingOptions } from '../reading.ts';
import { testName, valueOf } from '../resources.ts';
import { addBuild, addRange, checkBuild, type MetricFlags } from '../selection.ts';
import { tableOf, type Column } from '../table.ts';
import { remark, say, sayJson, styleOf, type Terminal } from '../terminal.ts';

interface TopOptions
  extends ReadingOptions, Pick<MetricFlags, 'component' | 'pipeline' | 'build' | 'since' | 'until'> {
  number: number;
  lowest?: true;
}

function ranking(
  monitor: Monitor,
  resource: ResourceType,
  { component, pipeline, build, number, lowest, since, until }: TopOptions,
  signal: AbortSignal,
): Promise<Metrics> {
  const method = lowest === true ? ResourceMethod.LOWEST : ResourceMethod.TOP;
  const range: RangeOptions = { since, until, signal };
  if (component !== undefined)
    return monitor.listMetricsResourcesFromComponent(component, resource, method, number, range);
  if (pipeline === undefined) return monitor.listMetricsResources(resource, method, number, range);
  return build === undefined
    ? monitor.listMetricsResourcesFromPipeline(pipeline, resource, method, number, range)
    : monitor.listMetricsResourcesFromBuild(pipeline, build, resource, method, number, range);
}

function columnsOf(resource: ResourceType): Column<Metric>[] {
  return [
    { title: resource, text: (metric) => quantity(resource, valueOf(metric, resource)), align: 'right' },
    { title: 'test', text: testName, min: 28 },
    { bar: (metric) => valueOf(metric, resource) },
    { title: 'started (UTC)', text: (metric) => moment(metric.runTime, metric.startTime), optional: true },
    { title: 'component', text: ({ component }) => component, min: 8, optional: true },
  ];
}

/** `monitor top`: a ranking of single runs. */
export function topCommand(terminal: Terminal): Command {
  const command = readingCommand('top', 'The runs of tests that took most of a resource, or least.')
    .addArgument(
      new Argument('[resource]', 'what was taken')
        .choices(Object.values(ResourceType))
        .default(ResourceType.TOTAL_TIME),
    )
    .option('-n, --number <n>', 'how many, 500 at most', positiveNumber, 10)
    .option('--lowest', 'those that took least')
    .option('-c, --component <name>', 'only tests of this component');
  return addRange(addBuild(command))
    .addHelpText(
      'after',
      examples(
        ['monitor top', 'the ten runs that took longest'],
        ['monitor top memory -p main -b 42', 'what took most memory in build 42 of main'],
        ['monitor top cpu -n 50 --since 2025-03-01 --json', 'fifty of them, for a program'],
      ),
    )
    .action(async (resource: ResourceType, options: TopOptions) => {
      checkBuild(options);
      if (options.component !== undefined && options.pipeline !== undefined)
        throw new UsageError('a ranking is that of a component or of a pipeline: leave out one of them');
      const metrics = await reading(terminal, options, (monitor) =>
        ranking(monitor, resource, options, terminal.signal),
      );
      if (options.json === true) return sayJson(terminal, [...metrics]);
      if (metrics.length === 0) return remark(terminal, 'There is no such metric.');
      const style = styleOf(terminal);
      say(terminal, tableOf([...metrics], columnsOf(resource), style));
    });
}
