import { BUILD_TAG, PIPELINE_TAG } from '@monitor-server/contract/values';
import type { Command } from 'commander';
import type { Session } from '../../entities/session.ts';
import { buildName } from '../build-name.ts';
import { withProgress } from '../progress.ts';
import { counted, moment } from '../quantities.ts';
import {
  examples,
  reading,
  readingCommand,
  repeated,
  positiveNumber,
  type ReadingOptions,
} from '../reading.ts';
import { addBuild, addRange, checkBuild, type MetricFlags } from '../selection.ts';
import { tableOf, type Column } from '../table.ts';
import { remark, say, sayJson, styleOf, type Terminal } from '../terminal.ts';

interface SessionsOptions
  extends ReadingOptions, Pick<MetricFlags, 'pipeline' | 'build' | 'since' | 'until'> {
  tag?: string[];
  last?: number;
}

/** The tags that a session should have, each with the value it should have; an empty one is any. */
function tagsOf({ tag = [], pipeline, build }: SessionsOptions): Record<string, string> {
  const pairs = tag.map((text) => {
    const at = text.indexOf('=');
    return at < 0 ? [text, ''] : [text.slice(0, at), text.slice(at + 1)];
  });
  return {
    ...Object.fromEntries(pairs),
    ...(pipeline !== undefined && { [PIPELINE_TAG]: pipeline }),
    ...(build !== undefined && { [BUILD_TAG]: build }),
  };
}

/** Tags that are not in a column of their own, as they are given to pytest. */
function otherTags({ tags }: Session): string {
  return Object.entries(tags)
    .filter(([name]) => name !== PIPELINE_TAG && name !== BUILD_TAG)
    .map(([name, value]) => `${name}=${value}`)
    .join(' ');
}

const COLUMNS: readonly Column<Session>[] = [
  { title: 'started (UTC)', text: ({ startDate, runDate }) => moment(startDate, runDate) },
  { title: 'build', text: buildName, min: 8 },
  { title: 'scm', text: ({ scm }) => scm ?? '', min: 8, optional: true },
  { title: 'session', text: ({ h }) => h, min: 12 },
  { title: 'tags', text: otherTags, min: 8, optional: true },
];

/** `monitor sessions`: the sessions, the latest at the end. */
export function sessionsCommand(terminal: Terminal): Command {
  const command = readingCommand('sessions', 'Runs of pytest, in the order in which they were stored.')
    .option('-t, --tag <name[=value]>', 'only those with this tag, with all where it is repeated', repeated)
    .option('-n, --last <n>', 'only the last so many', positiveNumber);
  return addRange(addBuild(command))
    .addHelpText(
      'after',
      examples(
        ['monitor sessions --last 20', 'the latest'],
        ['monitor sessions -p main -b 42', 'those of build 42 of main'],
        ['monitor sessions -t numpy=2.1.0 -t nightly', 'with both tags'],
      ),
    )
    .action(async (options: SessionsOptions) => {
      checkBuild(options);
      const { since, until, last } = options;
      const { signal } = terminal;
      const query = { restrictFlags: tagsOf(options), method: 'match_all', since, until, signal } as const;
      const found = await reading(terminal, options, (monitor) =>
        withProgress(terminal, 'sessions', (onProgress) => monitor.listSessions({ ...query, onProgress })),
      );
      const all = [...found.values()];
      const sessions = last === undefined ? all : all.slice(Math.max(0, all.length - last));
      if (options.json === true) return sayJson(terminal, sessions);
      if (sessions.length === 0) return remark(terminal, 'There is no such session.');
      const style = styleOf(terminal);
      say(terminal, tableOf(sessions, COLUMNS, style));
      if (sessions.length < all.length)
        remark(terminal, `${counted(all.length - sessions.length, 'earlier session')} left out`);
    });
}
