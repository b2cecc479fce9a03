import { limitRuntime } from '@monitor-server/bench/release';
import { kill } from './kill.ts';
import { readOptions, type Options } from './options.ts';
import { parallel } from './parallel.ts';
import { soak } from './soak.ts';
import { stop } from './stop.ts';
import { tail } from './tail.ts';

const scripts = { parallel, tail, stop, kill, soak };
type Name = keyof typeof scripts;
const names = Object.keys(scripts) as Name[];

const usage = `usage: npm run e2e -- [${names.join('|')}|all] [--rounds N] [--connections N] [--minutes 10] [--workers N]`;

let chosen: Name[];
let options: Options;
try {
  [chosen, options] = readOptions(process.argv.slice(2), names);
} catch (error) {
  console.error(`${(error as Error).message}\n${usage}`);
  process.exit(2);
}

limitRuntime(60_000 * (15 + 2 * options.minutes + (options.rounds ?? 0)));

let isClean = true;
for (const name of chosen) isClean = (await scripts[name](options)) && isClean;
process.exitCode = isClean ? 0 : 1;
