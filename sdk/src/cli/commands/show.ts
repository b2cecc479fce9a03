import { Option, type Command } from 'commander';
import { Metrics } from '../../collections/metrics.ts';
import type { Sessions } from '../../collections/sessions.ts';
import type { Metric } from '../../entities/metric.ts';
import { Field, ResourceType } from '../../enums.ts';
import { MonitorError } from '../../errors.ts';
import type { Monitor } from '../../monitor.ts';
import { RESOURCES } from '../../statistics/keys.ts';
import { summarize, type Summary } from '../../statistics/summarize.ts';
import { buildName } from '../build-name.ts';
import { withProgress } from '../progress.ts';
import { count, counted, moment, quantity } from '../quantities.ts';
import { examples, reading, readingCommand, positiveNumber, type ReadingOptions } from '../reading.ts';
import { testName, valueOf } from '../resources.ts';
import { addBuild, addRange, metricsOf, type MetricFlags } from '../selection.ts';
import { tableOf, type Column } from '../table.ts';
import { remark, say, sayJson, styleOf, type Terminal } from '../terminal.ts';
import { printable } from '../text.ts';

interface ShowOptions
  extends ReadingOptions, Pick<MetricFlags, 'component' | 'pipeline' | 'build' | 'since' | 'until'> {
  resource: ResourceType;
  last: number;
}

/** What tells one test from another, whatever they are called. */
const TEST = [Field.ITEM_VARIANT, Field.ITEM_PATH, Field.COMPONENT] as const;
type TestSummary = Summary<(typeof TEST)[number]>;

/** How many metrics are looked at for names to suggest, and how many of those are. */
const SUGGESTIONS = { metrics: 2000, names: 5 };

async function similar(monitor: Monitor, name: string, signal: AbortSignal): Promise<string[]> {
  const names = new Set<string>();
  let seen = 0;
  for await (const { variant } of monitor.metrics({ variantPattern: name, signal })) {
    names.add(variant);
    if (names.size === SUGGESTIONS.names || ++seen === SUGGESTIONS.metrics) break;
  }
  return [...names];
}

/** The metrics of the test with this name and these parameters; else of all tests of this name. */
async function metricsOfTest(
  terminal: Terminal,
  monitor: Monitor,
  name: string,
  flags: MetricFlags,
): Promise<Metrics> {
  const { signal } = terminal;
  for (const condition of [{ variant: name }, { item: name }]) {
    const metrics = new Metrics();
    await withProgress(terminal, 'metrics', async (onProgress) => {
      for await (const metric of metricsOf(monitor, { ...flags, ...condition }, { signal, onProgress }))
        metrics.add(metric);
    });
    if (metrics.length > 0) return metrics;
  }
  const names = await similar(monitor, name, signal);
  const hint = names.length === 0 ? '' : `; there is ${names.join(', ')}`;
  throw new MonitorError(`there are no metrics of a test called ${name}${hint}`);
}

/** Which test it is, or how many of them there are. */
function describe(metrics: Metrics, tests: number): string {
  const first = metrics.at(0);
  if (first === undefined || tests > 1) return counted(tests, 'test');
  const { path, component } = first;
  return printable([testName(first), path, component].filter((text) => text !== '').join('  '));
}

function summaryColumns(manyTests: boolean): Column<TestSummary>[] {
  const figure = (title: string, value: (summary: TestSummary) => number): Column<TestSummary> => ({
    title,
    text: (summary) => quantity(summary.resource, value(summary)),
    align: 'right',
  });
  const test: Column<TestSummary> = { title: 'test', text: ({ group }) => group.variant, min: 16 };
  return [
    ...(manyTests ? [test] : []),
    { title: 'resource', text: ({ resource }) => resource },
    { title: 'n', text: ({ n }) => count(n), align: 'right' },
    figure('median', ({ median }) => median),
    figure('p95', ({ p95 }) => p95),
    figure('min', ({ min }) => min),
    figure('max', ({ max }) => max),
  ];
}

function runColumns(resource: ResourceType, sessions: Sessions, manyTests: boolean): Column<Metric>[] {
  const build = ({ session }: Metric): string => {
    const found = sessions.get(session);
    return found === undefined ? '' : buildName(found);
  };
  return [
    { title: 'started (UTC)', text: (metric) => moment(metric.runTime, metric.startTime) },
    { title: resource, text: (metric) => quantity(resource, valueOf(metric, resource)), align: 'right' },
    { bar: (metric) => valueOf(metric, resource) },
    { title: 'build', text: build, min: 8, optional: true },
    { title: 'scm', text: ({ session }) => sessions.get(session)?.scm ?? '', min: 8, optional: true },
    ...(manyTests
      ? [{ title: 'test', text: ({ variant }: Metric) => variant, min: 12, optional: true }]
      : []),
  ];
}

/** `monitor show`: one test, what it takes and how that developed. */
export function showCommand(terminal: Terminal): Command {
  const command = readingCommand('show', 'What a test takes, and how that developed from run to run.')
    .argument('<test>', 'its name, with parameters or, for all of them, without')
    .addOption(
      new Option('-r, --resource <name>', 'what is shown run by run')
        .choices(Object.values(ResourceType))
        .default(ResourceType.TOTAL_TIME),
    )
    .option('-n, --last <n>', 'how many runs are shown, the last ones', positiveNumber, 20)
    .option('-c, --component <name>', 'only the test of this component');
  return addRange(addBuild(command))
    .addHelpText(
      'after',
      examples(
        ["monitor show 'test_load[big]'", 'one test'],
        ['monitor show test_load -r memory -p main', 'the memory of its variants in main'],
      ),
    )
    .action(async (name: string, { json, resource, last, ...options }: ShowOptions) => {
      const { signal } = terminal;
      const { metrics, runs, sessions } = await reading(terminal, options, async (monitor) => {
        const found = await metricsOfTest(terminal, monitor, name, options);
        const latest = [...found].sort((a, b) => a.runTime.micros - b.runTime.micros).slice(-last);
        const referred = await monitor.listSessionsFrom(new Metrics(latest), { signal });
        return { metrics: found, runs: latest, sessions: referred };
      });
      const summaries = summarize(metrics, TEST);
      if (json === true) return sayJson(terminal, { summaries, metrics: [...metrics] });
      const style = styleOf(terminal);
      const tests = summaries.length / RESOURCES.length;
      const shown = tests === 1 ? summaries : summaries.filter((each) => each.resource === resource);
      say(terminal, describe(metrics, tests));
      say(terminal, `\n${tableOf(shown, summaryColumns(tests > 1), style)}`);
      say(terminal, `\n${tableOf(runs, runColumns(resource, sessions, tests > 1), style)}`);
      if (runs.length < metrics.length)
        remark(terminal, `${counted(metrics.length - runs.length, 'earlier run')} left out`);
    });
}
