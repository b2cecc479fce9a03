import { BUILD_TAG } from '@monitor-server/contract/values';
import type { Command } from 'commander';
import type { Session } from '../../entities/session.ts';
import type { Monitor } from '../../monitor.ts';
import type { ReadOptions } from '../../reading/options.ts';
import { withProgress } from '../progress.ts';
import { count, counted, moment } from '../quantities.ts';
import { examples, reading, readingCommand, positiveNumber, type ReadingOptions } from '../reading.ts';
import { sessionsOf } from '../selection.ts';
import { tableOf, type Column } from '../table.ts';
import { remark, say, sayJson, styleOf, type Terminal } from '../terminal.ts';

interface BuildsOptions extends ReadingOptions {
  component?: string;
  last?: number;
}

/** A build with its sessions, of which there is one at least. */
interface Build {
  readonly name: string;
  readonly first: Session;
  readonly sessions: number;
}

/** The builds of a pipeline, in the order in which their first sessions were stored. */
async function buildsOf(
  monitor: Monitor,
  pipeline: string,
  component: string | undefined,
  options: ReadOptions,
): Promise<Build[]> {
  const { signal } = options;
  const tested =
    component === undefined
      ? undefined
      : new Set(await monitor.listComponentPipelineBuilds(component, pipeline, { signal }));
  const all = await sessionsOf(monitor, pipeline, undefined, options);
  const byName = Map.groupBy(all.values(), ({ tags }) => tags[BUILD_TAG] ?? '');
  return Array.from(byName).flatMap(([name, sessions]) => {
    const [first] = sessions;
    const isMeant = name !== '' && tested?.has(name) !== false;
    return isMeant && first !== undefined ? { name, first, sessions: sessions.length } : [];
  });
}

const COLUMNS: readonly Column<Build>[] = [
  { title: 'build', text: ({ name }) => name, min: 8 },
  { title: 'started (UTC)', text: ({ first }) => moment(first.startDate, first.runDate) },
  { title: 'sessions', text: ({ sessions }) => count(sessions), align: 'right' },
  { title: 'scm', text: ({ first }) => first.scm ?? '', min: 8, optional: true },
];

function jsonOf({ name, first, sessions }: Build): object {
  return { build: name, started: first.runDate, sessions, scm: first.scm };
}

/** `monitor builds`: the builds of a pipeline, the latest at the end. */
export function buildsCommand(terminal: Terminal): Command {
  return readingCommand('builds', 'The builds of a pipeline, in the order in which they were stored.')
    .argument('<pipeline>', 'the name of the pipeline')
    .option('-c, --component <name>', 'only builds with tests of this component')
    .option('-n, --last <n>', 'only the last so many', positiveNumber)
    .addHelpText(
      'after',
      examples(
        ['monitor builds main --last 20', 'the latest of main'],
        ['monitor builds main -c lib.io', 'those in which lib.io was tested'],
      ),
    )
    .action(async (pipeline: string, { component, last, ...options }: BuildsOptions) => {
      const { signal } = terminal;
      const all = await reading(terminal, options, (monitor) =>
        withProgress(terminal, 'sessions', (onProgress) =>
          buildsOf(monitor, pipeline, component, { signal, onProgress }),
        ),
      );
      const builds = last === undefined ? all : all.slice(Math.max(0, all.length - last));
      if (options.json === true) return sayJson(terminal, builds.map(jsonOf));
      if (builds.length === 0) return remark(terminal, `The pipeline ${pipeline} has no such build.`);
      const style = styleOf(terminal);
      say(terminal, tableOf(builds, COLUMNS, style));
      if (builds.length < all.length)
        remark(terminal, `${counted(all.length - builds.length, 'earlier build')} left out`);
    });
}
