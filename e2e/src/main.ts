import { limitRuntime } from '@monitor-server/bench/release';
import { fillDisk } from './chaos/fill-disk.ts';
import { freezePostgres } from './chaos/freeze-postgres.ts';
import { freezeRedis } from './chaos/freeze-redis.ts';
import { killIngest } from './chaos/kill-ingest.ts';
import { killPostgres } from './chaos/kill-postgres.ts';
import { killQuery } from './chaos/kill-query.ts';
import { killRedis } from './chaos/kill-redis.ts';
import { killStandalone } from './chaos/kill-standalone.ts';
import { killWorker } from './chaos/kill-worker.ts';
import { resetConnections } from './chaos/reset-connections.ts';
import { restartAll } from './chaos/restart-all.ts';
import { restartFewer } from './chaos/restart-fewer.ts';
import { stopPostgres } from './chaos/stop-postgres.ts';
import { compose } from './compose/compose.ts';
import { kill } from './kill.ts';
import { readOptions, type Options } from './options.ts';
import { installPackage } from './package.ts';
import { parallel } from './parallel.ts';
import { soak } from './soak.ts';
import { stop } from './stop.ts';
import { tail } from './tail.ts';
import { tailWorkers } from './workers.ts';

type Script = (options: Options) => Promise<boolean>;

const embedded = { parallel, tail, stop, kill, soak };

const pipeline = {
  'kill-ingest': killIngest,
  'kill-worker': killWorker,
  'kill-query': killQuery,
  'kill-redis': killRedis,
  'freeze-redis': freezeRedis,
  'stop-postgres': stopPostgres,
  'kill-postgres': killPostgres,
  'freeze-postgres': freezePostgres,
  'reset-connections': resetConnections,
  'restart-all': restartAll,
  'restart-fewer': restartFewer,
  'fill-disk': fillDisk,
  'kill-standalone': killStandalone,
  workers: tailWorkers,
};

const scripts = { ...embedded, ...pipeline, package: installPackage, compose };
type Name = keyof typeof scripts;
const namesOf = (some: Partial<Record<Name, Script>>): Name[] => Object.keys(some) as Name[];

const usage = `usage: npm run e2e -- [SCRIPT | GROUP …] [--rounds N] [--connections N] [--minutes 10] [--workers N]
       [--pipeline redis|direct|both]

all (unless told otherwise): the two groups
embedded, the embedded server: ${namesOf(embedded).join(', ')}
pipeline, the production pipeline: ${namesOf(pipeline).join(', ')}

only when asked for:
package: the package for npx, installed and run
compose: the installation that docker compose makes; needs a Docker engine

--minutes is for soak; --workers, HTTP processes, for servers that are one process tree; --pipeline chooses the production
pipelines with Redis, without it, or both`;

/** Minutes that a script may take beside its rounds. */
const allowance = 10;

let chosen: Name[];
let options: Options;
try {
  [chosen, options] = readOptions(process.argv.slice(2), {
    all: namesOf({ ...embedded, ...pipeline }),
    embedded: namesOf(embedded),
    pipeline: namesOf(pipeline),
    package: ['package'],
    compose: ['compose'],
  });
} catch (error) {
  console.error(`${(error as Error).message}\n${usage}`);
  process.exit(2);
}

limitRuntime(60_000 * (2 * options.minutes + chosen.length * (allowance + 2 * (options.rounds ?? 10))));

let isClean = true;
for (const name of chosen) isClean = (await scripts[name](options)) && isClean;
process.exitCode = isClean ? 0 : 1;
