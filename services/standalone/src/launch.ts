import { fileURLToPath } from 'node:url';
import { launch } from './launch/command.ts';

// Every user of the machine sees command lines, and a URI among the flags may hold a password.
process.title = 'monitor-server';

// Whoever reads the output may stop early, as `head` does; the server is up all the same.
process.stdout.on('error', () => {});
process.stderr.on('error', () => {});

process.exitCode = await launch({
  argv: process.argv.slice(2),
  env: process.env,
  cwd: process.cwd(),
  entry: fileURLToPath(new URL('./main.ts', import.meta.url)),
  patience: 60_000,
  say: (line) => process.stdout.write(`${line}\n`),
  complain: (line) => process.stderr.write(`${line}\n`),
});
