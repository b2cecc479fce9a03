import { availableParallelism, cpus } from 'node:os';
import { join } from 'node:path';
import { ingest } from './ingest.ts';
import { readOptions, usage, type Options } from './options.ts';
import { reads } from './reads.ts';
import { limitRuntime, openFolder } from './release.ts';
import { thousands, write, type Report } from './report.ts';
import { seed } from './seed.ts';
import { seeded } from './seeded.ts';
import { openServer } from './target.ts';
import { createWorld } from './world.ts';

let options: Options;
try {
  options = readOptions(process.argv.slice(2));
} catch (error) {
  console.error(`${(error as Error).message}\n${usage}`);
  process.exit(2);
}

limitRuntime(30 * 60_000 + options.rounds * (options.seconds + 10) * 8 * 1500 + options.rows);

const world = createWorld();
const reports: Report[] = [];

const finish = (report: Report): void => {
  const machine = `${availableParallelism()} × ${cpus()[0]?.model.trim() ?? 'CPU'}`;
  const how = [
    `${new Date().toISOString().slice(0, 10)}, Node ${process.versions.node}, ${machine} shared with the load generator`,
    report.part === 'reads'
      ? `${thousands(options.rows)} metrics, ${options.runs} runs each`
      : `${options.connections} connections, ${options.workers} processes, medians of ${options.rounds} × ${options.seconds} s`,
  ].join('; ');
  const full = { ...report, markdown: `\n${how}.\n\n${report.markdown}\n` };
  console.log(`\n## ${full.part}\n${full.markdown}`);
  if (options.write) write(full);
  reports.push(full);
};

if (options.parts.includes('ingest')) finish(await ingest(options));

if (options.parts.includes('seeded') || options.parts.includes('reads')) {
  const folder = openFolder();
  const server = await openServer({ folder: folder.path, workers: options.workers });
  const rate = await seed(server.port, world, options.rows);
  console.error(`${thousands(options.rows)} metrics imported, ${thousands(rate)} a second`);
  if (options.parts.includes('reads')) finish(await reads(options, world, server.port));
  await server.stop();
  if (options.parts.includes('seeded')) finish(await seeded(options, join(folder.path, 'monitor.sqlite')));
  folder.close();
}

process.exitCode = reports.every(({ verdicts }) => verdicts.every(({ isKept }) => isKept)) ? 0 : 1;
