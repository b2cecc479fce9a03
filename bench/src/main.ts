import { availableParallelism, cpus } from 'node:os';
import { join } from 'node:path';
import { hostile } from './hostile/hostile.ts';
import { ingest } from './ingest.ts';
import { readOptions, usage, type Options } from './options.ts';
import { big } from './production/big.ts';
import { exports } from './production/exports.ts';
import { insert } from './production/insert.ts';
import { latency } from './production/latency.ts';
import { pipeline } from './production/pipeline.ts';
import { reads } from './reads.ts';
import { retention } from './retention.ts';
import { limitRuntime, openFolder } from './release.ts';
import { checkPlaces, thousands, write, type Report } from './report.ts';
import { analysis } from './sdk/analysis.ts';
import { seed } from './seed.ts';
import { seeded } from './seeded.ts';
import { openServer } from './target.ts';
import { createWorld } from './world.ts';

const read = (): Options | Error | undefined => {
  try {
    const found = readOptions(process.argv.slice(2));
    if (found?.write) checkPlaces(found.parts);
    return found;
  } catch (error) {
    return error as Error;
  }
};

const options = read();
if (options instanceof Error) {
  console.error(`${options.message}\n\n${usage}`);
  process.exit(2);
}
if (!options) {
  console.log(usage);
  process.exit(0);
}

limitRuntime(3_600_000 + options.rounds * (options.seconds + 20) * 30_000 + options.rows);

const world = createWorld();
const reports: Report[] = [];

const finish = (report: Report): void => {
  const machine = `${availableParallelism()} × ${cpus()[0]?.model.trim() ?? 'CPU'}`;
  const when = new Date().toISOString().slice(0, 10);
  const where = `${when}, Node ${process.versions.node}, ${machine} shared with the load generator`;
  const full = { ...report, markdown: `\n${where}; ${report.how}.\n\n${report.markdown}\n` };
  console.log(`\n## ${full.part}\n${full.markdown}`);
  if (options.write) write(full);
  reports.push(full);
};

if (options.parts.has('ingest')) finish(await ingest(options));

if (options.parts.has('seeded') || options.parts.has('reads')) {
  const folder = openFolder();
  const server = await openServer({ folder: folder.path, workers: options.workers });
  const rate = await seed(server.port, world, options.rows);
  console.error(`${thousands(options.rows)} metrics imported, ${thousands(rate)} a second`);
  if (options.parts.has('reads')) finish(await reads(options, world, server.port));
  await server.stop();
  if (options.parts.has('seeded')) finish(await seeded(options, join(folder.path, 'monitor.sqlite')));
  folder.close();
}

if (options.parts.has('hostile')) finish(await hostile(options));
if (options.parts.has('pipeline')) finish(await pipeline(options));
if (options.parts.has('insert')) finish(await insert(options, world));
if (options.parts.has('latency')) finish(await latency(options));
if (options.parts.has('big')) finish(await big(options, world));
if (options.parts.has('export')) finish(await exports(options, world));
if (options.parts.has('retention')) finish(await retention(options, world));
if (options.parts.has('sdk')) finish(await analysis(options, world));

process.exitCode = reports.every(({ verdicts }) => verdicts.every(({ isKept }) => isKept)) ? 0 : 1;
