import { InvalidArgumentError, Option, type Command } from 'commander';
import { ResourceType } from '../../enums.ts';
import type { Monitor } from '../../monitor.ts';
import type { Comparison, ComparisonResult, Unit, Verdict } from '../../statistics/comparison.ts';
import { describeMachine } from '../../statistics/machine.ts';
import { ExitCode, UsageError } from '../failures.ts';
import { withProgress } from '../progress.ts';
import { change, counted, quantity } from '../quantities.ts';
import { examples, reading, readingCommand, type ReadingOptions } from '../reading.ts';
import { tableOf, type Column } from '../table.ts';
import { paintOf, remark, say, sayJson, styleOf, type Paint, type Terminal } from '../terminal.ts';
import { printable } from '../text.ts';

interface CompareOptions extends ReadingOptions {
  resource: ResourceType[];
  unit: Unit;
  alpha: number;
  pool?: true;
  all?: true;
  fail?: true;
}

/** What the sides were called by whoever asked. */
type Sides = readonly [a: string, b: string];

const FORMATS: Readonly<Record<Verdict, Parameters<Paint>[0]>> = {
  slower: 'red',
  more: 'red',
  faster: 'green',
  less: 'green',
  'no difference found': 'dim',
  'too few runs': 'dim',
};

function isMore({ verdict }: Comparison): boolean {
  return verdict === 'slower' || verdict === 'more';
}

function isFound(comparison: Comparison): boolean {
  return isMore(comparison) || comparison.verdict === 'faster' || comparison.verdict === 'less';
}

/** What takes more before what takes less, the largest changes first; what cannot be told last. */
function byChange(a: Comparison, b: Comparison): number {
  const rank = (each: Comparison): number => (isMore(each) ? 0 : isFound(each) ? 1 : 2);
  const size = ({ ratio }: Comparison): number => (ratio > 0 ? Math.abs(Math.log(ratio)) : -1);
  return rank(a) - rank(b) || size(b) - size(a);
}

function intervalOf({ ratioInterval: { low, high } }: Comparison): string {
  return Number.isNaN(low) ? '' : `${change(low)} to ${change(high)}`;
}

function columnsOf({ machines }: ComparisonResult, [a, b]: Sides): Column<Comparison>[] {
  const machine: Column<Comparison> = {
    title: 'machine',
    text: (each) => (each.machine === undefined ? '' : describeMachine(each.machine)),
    min: 12,
    optional: true,
  };
  return [
    { title: 'test', text: ({ test }) => test.variant || test.item || test.item_path, min: 24 },
    { title: 'resource', text: ({ resource }) => resource },
    { title: a, text: (each) => quantity(each.resource, each.a.median), align: 'right', min: 10 },
    { title: b, text: (each) => quantity(each.resource, each.b.median), align: 'right', min: 10 },
    { title: 'change', text: ({ ratio }) => change(ratio), align: 'right' },
    { title: 'verdict', text: ({ verdict }) => verdict, format: ({ verdict }) => FORMATS[verdict] },
    { title: 'p', text: ({ pCorrected }) => pText(pCorrected), align: 'right', optional: true },
    { title: 'interval (95 %)', text: intervalOf, optional: true },
    { title: 'component', text: ({ test }) => test.component, min: 8, optional: true },
    ...(machines.length > 1 ? [machine] : []),
  ];
}

function pText(p: number): string {
  if (Number.isNaN(p)) return '';
  return p < 0.0001 ? '< 0.0001' : p.toFixed(4);
}

/** How many comparisons ended how. */
function tally(comparisons: readonly Comparison[]): string {
  const counts = Map.groupBy(comparisons, ({ verdict }) => verdict);
  const parts = Array.from(counts, ([verdict, { length }]) => `${length} ${verdict}`);
  return `${counted(comparisons.length, 'comparison')}${parts.length === 0 ? '' : `: ${parts.join(', ')}`}`;
}

function share(text: string): number {
  const value = Number(text);
  if (value > 0 && value < 1) return value;
  throw new InvalidArgumentError('It must be between 0 and 1.');
}

/** Builds as they are given: one, several with commas, or the first and the last of a row of them. */
async function buildsOf(
  monitor: Monitor,
  pipeline: string,
  text: string,
  signal: AbortSignal,
): Promise<string[]> {
  const [first, last] = text.split('..');
  if (first === undefined || last === undefined) return text.split(',');
  const all = await monitor.listPipelineBuilds(pipeline, { signal });
  const [from, to] = [all.indexOf(first), all.indexOf(last)];
  if (from < 0 || to < from)
    throw new UsageError(`the pipeline ${pipeline} has no builds from ${first} to ${last}`);
  return all.slice(from, to + 1);
}

/** `monitor compare`: whether a build takes more or less than another; `end` gets the exit code that says so. */
export function compareCommand(terminal: Terminal, end: (code: ExitCode) => void): Command {
  return readingCommand('compare', 'Whether tests take more or less in build B than in build A.')
    .argument('<pipeline>', 'the pipeline of the builds')
    .argument('<a>', 'the build before; several as 38,39 or 38..41')
    .argument('<b>', 'the build after; several as 42,43 or 42..45')
    .addOption(
      new Option('-r, --resource <name...>', 'what is compared')
        .choices(Object.values(ResourceType))
        .default([ResourceType.TOTAL_TIME, ResourceType.MEMORY]),
    )
    .addOption(
      new Option('--unit <unit>', 'what counts as one run; all of a session, or of a build, as their median')
        .choices(['metric', 'session', 'build'])
        .default('metric'),
    )
    .option('--alpha <share>', 'up to which p-value a difference counts as found', share, 0.05)
    .option('--pool', 'throw machines of all kinds together')
    .option('--all', 'show also tests in which no difference was found')
    .option('--fail', `end with exit code ${ExitCode.MORE} if something takes more`)
    .addHelpText(
      'after',
      examples(
        ['monitor compare main 41 42', 'the latest build with the one before'],
        ['monitor compare main 33..40 41..48', 'eight builds with the eight after them'],
        ['monitor compare main 41 42 -r memory --fail', 'for a job of a CI system'],
      ),
    )
    .action(async (pipeline: string, a: string, b: string, options: CompareOptions) => {
      const { json, resource: resources, unit, alpha, pool = false, all, fail } = options;
      const { signal } = terminal;
      const result = await reading(terminal, options, (monitor) =>
        withProgress(terminal, 'metrics', async (onProgress) => {
          const before = await buildsOf(monitor, pipeline, a, signal);
          const after = await buildsOf(monitor, pipeline, b, signal);
          const how = { resources, unit, alpha, pool, signal, onProgress };
          return monitor.compareBuilds(pipeline, before, after, how);
        }),
      );
      if (fail === true && result.comparisons.some(isMore)) end(ExitCode.MORE);
      if (json === true) return sayJson(terminal, result);
      tell(terminal, result, [a, b], all === true);
    });
}

function tell(terminal: Terminal, result: ComparisonResult, sides: Sides, all: boolean): void {
  const paint = paintOf(terminal, terminal.stderr);
  for (const { message } of result.warnings)
    remark(terminal, `${paint('yellow', 'warning:')} ${printable(message)}`);
  const shown = result.comparisons.filter((each) => all || isFound(each)).toSorted(byChange);
  const style = styleOf(terminal);
  if (shown.length > 0) say(terminal, `${tableOf(shown, columnsOf(result, sides), style)}\n`);
  say(terminal, tally(result.comparisons));
  if (result.comparisons.length > 0 && result.comparisons.every(({ verdict }) => verdict === 'too few runs'))
    remark(terminal, 'So few runs prove nothing: give several builds for each side, four at least.');
  if (result.uncompared.length > 0)
    say(
      terminal,
      `${counted(result.uncompared.length, 'test')} not in both builds on the same kind of machine`,
    );
}
