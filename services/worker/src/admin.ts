import { ConfigError } from '@monitor-server/runtime/config';
import { runMain } from '@monitor-server/runtime';
import { backup, restore } from './commands/copies.ts';
import { deadRecords } from './commands/dead-records.ts';
import { failedBatches } from './commands/failed-batches.ts';
import { migrate } from './commands/migrate.ts';
import { move } from './commands/move.ts';
import { accessTokens } from './commands/tokens.ts';

const USAGE = `give migrate, backup FILE, restore FILE or move sqlite:///FILE,
or tokens, dead-records or failed-batches and what to do with them`;

function say(lines: readonly string[]): void {
  process.stdout.write(`${lines.join('\n')}\n`);
}

await runMain(async () => {
  const [subject, ...argv] = process.argv.slice(2);
  // Paths start where the operator stands; npm runs scripts in the folder of their package.
  const source = { argv, env: process.env, cwd: process.env['INIT_CWD'] ?? process.cwd() };
  if (subject === 'dead-records') {
    const { lines, code } = await deadRecords(source);
    say(lines);
    process.exitCode = code;
  } else if (subject === 'tokens') {
    const { lines, remark, code } = await accessTokens(source);
    if (remark !== undefined) process.stderr.write(`${remark}\n`);
    if (lines.length > 0) say(lines);
    process.exitCode = code;
  } else if (subject === 'failed-batches') {
    const warn = (message: unknown): boolean => process.stderr.write(`${String(message)}\n`);
    say(await failedBatches(source, { info: () => undefined, warn }));
  } else if (subject === 'backup') say(await backup(source));
  else if (subject === 'restore') say(await restore(source));
  else if (subject === 'move') {
    const tell = (line: unknown): boolean => process.stderr.write(`${String(line)}\n`);
    say(await move(source, { info: tell, warn: tell }));
  } else if (subject === 'migrate' && argv.length === 0) say([await migrate(source)]);
  else throw new ConfigError(USAGE);
});
