import { execFileSync, spawnSync } from 'node:child_process';
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { get } from '@monitor-server/bench/get';
import { openFolder, releaseAtExit } from '@monitor-server/bench/release';
import { createLedger } from './ledger.ts';
import type { Options } from './options.ts';
import { quietPort } from './ports.ts';
import { settle } from './tally.ts';
import { openTraffic } from './traffic.ts';
import { readAll } from './walk.ts';

const repository = fileURLToPath(new URL('../..', import.meta.url));

const load = 2_000;

/** The package for npx: made, installed into an empty folder without a registry, started, used and stopped. */
export const installPackage = async ({ connections = 4 }: Options): Promise<boolean> => {
  const { path: folder, close } = openFolder();
  const npm = (cwd: string, ...args: string[]): void => {
    execFileSync('npm', ['--silent', ...args], { cwd, stdio: ['ignore', 'ignore', 'inherit'] });
  };
  npm(repository, 'run', 'package', '--', folder);
  const archive = readdirSync(folder).find((name) => name.endsWith('.tgz')) ?? '';
  npm(folder, 'install', '--offline', '--no-audit', `./${archive}`);

  const port = await quietPort();
  const program = join(folder, 'node_modules/.bin/monitor-server');
  const call = (...flags: string[]): number | null =>
    spawnSync(program, ['-p', String(port), '-L', folder, ...flags], { cwd: folder, stdio: 'ignore' }).status;
  const stop = releaseAtExit(() => void call('-k'));
  const started = call('-u', 'sqlite:///package.sqlite', '-w', '2');
  const running = call('-s');
  const ledger = createLedger();
  const traffic = openTraffic({ ports: [port], connections, ledger });
  await new Promise((resolve) => setTimeout(resolve, load));
  await traffic.stop();
  const balance = await ledger.compare(readAll(port));
  const pages = await Promise.all(
    ['/', '/api/v1/docs', '/api/v1/docs?asset=docs.js', '/api/v1/openapi.json'].map((path) =>
      get(port, path),
    ),
  );
  stop();
  const gone = call('-s');
  close();
  return settle(`package, ${archive}`, {
    figures: { 'acknowledged (201)': ledger.acknowledged.size, stored: balance.stored },
    mustBeZero: {
      'exit code of the start': started ?? 1,
      'exit code of -s': running ?? 1,
      'other answers': traffic.failures.length,
      lost: balance.lost,
      doubled: balance.doubled,
      altered: balance.altered,
      'pages that are not there': pages.filter(({ status }) => status !== 200).length,
      'still there after -k': gone === 3 ? 0 : 1,
    },
  });
};
