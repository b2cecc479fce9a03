#!/usr/bin/env node
import { Interruption } from './failures.ts';
import { run } from './run.ts';

const interrupted = new AbortController();
// Only the first time: whoever presses Ctrl-C again does not want to wait.
process.once('SIGINT', () => interrupted.abort(new Interruption()));

for (const stream of [process.stdout, process.stderr]) {
  stream.on('error', (error: NodeJS.ErrnoException) => {
    // Whoever read the output, such as `head`, has seen enough.
    if (error.code === 'EPIPE') process.exit(0);
    throw error;
  });
}

process.exitCode = await run(process.argv.slice(2), {
  stdout: process.stdout,
  stderr: process.stderr,
  env: process.env,
  signal: interrupted.signal,
});
