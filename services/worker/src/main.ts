import { runMain } from '@monitor-server/runtime';
import { readConfig } from './config.ts';

await runMain(async () => {
  readConfig({ argv: process.argv.slice(2), env: process.env, cwd: process.cwd() });
});
