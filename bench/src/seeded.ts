import { closeSync, copyFileSync, existsSync, fsyncSync, openSync } from 'node:fs';
import { join } from 'node:path';
import { howPosted, memoryVerdict, trialRow } from './ingest.ts';
import type { Mode } from './loader.ts';
import type { Options } from './options.ts';
import { median } from './quantile.ts';
import { openFolder } from './release.ts';
import { percent, table, thousands, verdictTable, type Report, type Verdict } from './report.ts';
import { tryServer, type Trial } from './trial.ts';

const share = 0.5;

/** Copies a closed database to the disk, so that the system does not go on writing it during the run. */
const copy = (from: string, to: string): void => {
  for (const suffix of ['', '-wal']) {
    if (!existsSync(from + suffix)) continue;
    copyFileSync(from + suffix, to + suffix);
    const file = openSync(to + suffix, 'r+');
    fsyncSync(file);
    closeSync(file);
  }
};

/** Posts into a database that holds much, against posts into an empty one, in turns. */
export const seeded = async (options: Options, database: string): Promise<Report> => {
  const rows: (string | number)[][] = [];
  const kept: Verdict[] = [];
  const all: Trial[] = [];
  for (const mode of ['keep-alive', 'new'] satisfies Mode[]) {
    const empty: Trial[] = [];
    const full: Trial[] = [];
    for (let round = 0; round < options.rounds; round++) {
      const fresh = openFolder();
      empty.push(await tryServer(mode, options, fresh.path));
      fresh.close();
      // Every round begins with as many rows: a copy, not what the last one made of it.
      const folder = openFolder();
      copy(database, join(folder.path, 'monitor.sqlite'));
      full.push(await tryServer(mode, options, folder.path, options.rows));
      folder.close();
      console.error(
        `seeded ${mode} ${round + 1}: ${thousands(empty[round]!.rate)} → ${thousands(full[round]!.rate)}`,
      );
    }
    const ratio = median(full.map(({ rate }) => rate)) / median(empty.map(({ rate }) => rate));
    rows.push(
      trialRow(`${mode}, empty`, empty, 1),
      trialRow(`${mode}, ${thousands(options.rows)}`, full, ratio),
    );
    kept.push({
      limit: `${mode}: ≥ ${percent(share)} of the speed into an empty database`,
      measured: percent(ratio),
      isKept: ratio >= share,
    });
    all.push(...empty, ...full);
  }
  kept.push(memoryVerdict(all));
  const head = [
    'posts into a database of so many metrics',
    '201/s',
    'of empty',
    'p50 ms',
    'p99 ms',
    'PSS max MB',
  ];
  const markdown = `${table(head, rows)}\n\n${verdictTable(kept)}`;
  return { part: 'seeded', how: howPosted(options), verdicts: kept, markdown };
};
