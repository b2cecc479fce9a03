import { ConfigError } from '@monitor-server/runtime/config';
import { runMain } from '@monitor-server/runtime';
import { deadRecords } from './commands/dead-records.ts';
import { failedBatches } from './commands/failed-batches.ts';
import { migrate } from './commands/migrate.ts';

const USAGE = 'give migrate, or dead-records or failed-batches and what to do with them';

function say(lines: readonly string[]): void {
  process.stdout.write(`${lines.join('\n')}\n`);
}

await runMain(async () => {
  const [subject, ...argv] = process.argv.slice(2);
  const source = { argv, env: process.env, cwd: process.cwd() };
  if (subject === 'dead-records') {
    const { lines, code } = await deadRecords(source);
    say(lines);
    process.exitCode = code;
  } else if (subject === 'failed-batches') {
    const warn = (message: unknown): boolean => process.stderr.write(`${String(message)}\n`);
    say(await failedBatches(source, { info: () => undefined, warn }));
  } else if (subject === 'migrate' && argv.length === 0) say([await migrate(source)]);
  else throw new ConfigError(USAGE);
});
