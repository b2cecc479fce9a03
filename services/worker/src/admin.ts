import { ConfigError, type Source } from '@monitor-server/runtime/config';
import { runMain } from '@monitor-server/runtime';
import { backup, restore } from './commands/copies.ts';
import { deadRecords } from './commands/dead-records.ts';
import { failedBatches } from './commands/failed-batches.ts';
import { migrate } from './commands/migrate.ts';
import { move } from './commands/move.ts';
import { done, type Outcome } from './commands/outcome.ts';
import { accessTokens } from './commands/tokens.ts';

const USAGE = `give migrate, backup FILE, restore FILE or move sqlite:///FILE,
or tokens, dead-records or failed-batches and what to do with them`;

/** On standard error, so that standard output has nothing but what was asked for. */
function tell(line: unknown): void {
  process.stderr.write(`${String(line)}\n`);
}

const commands: ReadonlyMap<string, (source: Source) => Promise<Outcome>> = new Map([
  ['tokens', accessTokens],
  ['dead-records', deadRecords],
  [
    'failed-batches',
    async (source) => done(await failedBatches(source, { info: () => undefined, warn: tell })),
  ],
  ['backup', async (source) => done(await backup(source))],
  ['restore', async (source) => done(await restore(source))],
  ['move', async (source) => done(await move(source, { info: tell, warn: tell }))],
  [
    'migrate',
    async (source) => {
      if (source.argv.length > 0) throw new ConfigError(USAGE);
      return done([await migrate(source)]);
    },
  ],
]);

await runMain(async () => {
  const [subject = '', ...argv] = process.argv.slice(2);
  const command = commands.get(subject);
  if (command === undefined) throw new ConfigError(USAGE);
  // Paths start where the operator stands; npm runs scripts in the folder of their package.
  const source = { argv, env: process.env, cwd: process.env['INIT_CWD'] ?? process.cwd() };
  const { lines, remark, code } = await command(source);
  if (remark !== undefined) tell(remark);
  if (lines.length > 0) process.stdout.write(`${lines.join('\n')}\n`);
  process.exitCode = code;
});
