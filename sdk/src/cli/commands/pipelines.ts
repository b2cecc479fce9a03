import type { Command } from 'commander';
import { examples, reading, readingCommand, type ReadingOptions } from '../reading.ts';
import { remark, say, sayJson, type Terminal } from '../terminal.ts';
import { printable } from '../text.ts';

interface PipelinesOptions extends ReadingOptions {
  component?: string;
}

/** `monitor pipelines`: their names, one in a line. */
export function pipelinesCommand(terminal: Terminal): Command {
  return readingCommand('pipelines', 'The pipelines of the CI system that have builds, one in a line.')
    .option('-c, --component <name>', 'only those with tests of this component')
    .addHelpText(
      'after',
      examples(
        ['monitor pipelines', 'all of them'],
        ['monitor pipelines -c lib.io', 'those in which lib.io was tested'],
      ),
    )
    .action(async ({ component, ...options }: PipelinesOptions) => {
      const { signal } = terminal;
      const names = await reading(terminal, options, (monitor) =>
        component === undefined
          ? monitor.listPipelines({ signal })
          : monitor.listComponentPipelines(component, { signal }),
      );
      if (options.json === true) return sayJson(terminal, names);
      if (names.length === 0) return remark(terminal, 'There is no pipeline.');
      say(terminal, names.map(printable).join('\n'));
    });
}
