import type { Options } from '../options.ts';
import { median } from '../quantile.ts';
import { percent, thousands, verdictTable, type Report, type Verdict } from '../report.ts';
import { openBackend } from './backends.ts';
import { bytesPerMetric, middle, rateOf, runAll, syncings, type Runs } from './pipeline-runs.ts';
import { diskTable, processorTable, rateTable } from './pipeline-tables.ts';
import { sustainedRate, type PipelineTrial } from './pipeline-trial.ts';

const share = 0.18;
const diskLimit = 300;

/** Metrics a second where so many connections post; meant for machines whose floor is no lower than this. */
const rates = [12_000, 15_000];
const whereFloor = 40_000;

/** What is accepted must be stored in the same time, but for this share and one transaction. */
const tolerance = 0.02;
const transaction = 5_000;

const verdictsOf = (runs: Runs, rate: number): Verdict[] => {
  const { connections, always } = runs;
  const floor = rateOf(runs.floor);
  const rateHere = middle(always, sustainedRate);
  const verdicts: Verdict[] = syncings.map((syncing) => {
    const unstored = runs[syncing].map((trial) => trial.rate - trial.backlog.storedRate);
    const allowed = runs[syncing].map(
      (trial) => trial.rate * tolerance + transaction / trial.perSecond.length,
    );
    return {
      limit: `${connections}, ${syncing}: stored as fast as accepted`,
      measured: `${thousands(Math.max(0, median(unstored)))}/s more accepted`,
      isKept: median(unstored) <= median(allowed),
    };
  });
  verdicts.push({
    limit: `${connections}, always: ≥ ${percent(share)} of the floor`,
    measured: percent(rateHere / floor),
    isKept: rateHere >= share * floor,
  });
  if (floor >= whereFloor) {
    verdicts.push({
      limit: `${connections}, always: ≥ ${thousands(rate)}/s`,
      measured: `${thousands(rateHere)}/s`,
      isKept: rateHere >= rate,
    });
  }
  return verdicts;
};

/** Posts accepted and stored by the whole pipeline, against a floor that only validates, in turns. */
export const pipeline = async (options: Options): Promise<Report> => {
  const backend = await openBackend();
  const few = await runAll(backend, options, options.connections);
  const many = await runAll(backend, options, 4 * options.connections);
  const about = await backend.describe();
  await backend.close();

  const both = [few, many];
  const disk = middle(few.always, bytesPerMetric);
  const verdicts: Verdict[] = [
    ...both.flatMap((runs, index) => verdictsOf(runs, rates[index] as number)),
    {
      limit: `bytes on disk a metric ≤ ${diskLimit}`,
      measured: disk.toFixed(0),
      isKept: disk <= diskLimit,
    },
  ];
  return {
    part: 'pipeline',
    how: `${options.workers} HTTP processes and a worker, medians of ${options.rounds} × ${options.seconds} s; ${about}`,
    verdicts,
    markdown: [
      rateTable(both),
      processorTable(both),
      diskTable(few.always.at(-1) as PipelineTrial),
      verdictTable(verdicts),
    ].join('\n\n'),
  };
};
