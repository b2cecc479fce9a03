import { openFolder } from './release.ts';
import type { Mode } from './loader.ts';
import type { Options } from './options.ts';
import { median } from './quantile.ts';
import {
  milliseconds,
  percent,
  table,
  thousands,
  verdictTable,
  type Report,
  type Verdict,
} from './report.ts';
import { tryFloor, tryServer, type Trial } from './trial.ts';

const limits = {
  'keep-alive': { share: 0.25, rate: 10_000, whereFloor: 40_000 },
  new: { share: 0.6, rate: 8_000, whereFloor: 13_000 },
} as const;

export const memoryLimit = 600;

const middle = (trials: Trial[], figure: (trial: Trial) => number): number => median(trials.map(figure));

export const howPosted = ({ connections, workers, rounds, seconds }: Options): string =>
  `${connections} connections, ${workers} processes, medians of ${rounds} × ${seconds} s`;

export const memoryVerdict = (trials: Trial[]): Verdict => {
  const memory = Math.max(...trials.map((trial) => trial.memory));
  return {
    limit: `proportional set size of the process tree ≤ ${memoryLimit} MB`,
    measured: `${thousands(memory)} MB`,
    isKept: memory <= memoryLimit,
  };
};

export const trialRow = (name: string, trials: Trial[], ratio: number): (string | number)[] => [
  name,
  thousands(middle(trials, (trial) => trial.rate)),
  percent(ratio),
  milliseconds(middle(trials, (trial) => trial.p50)),
  milliseconds(middle(trials, (trial) => trial.p99)),
  thousands(Math.max(...trials.map((trial) => trial.memory))),
];

const verdicts = (mode: keyof typeof limits, server: number, floor: number): Verdict[] => {
  const { share, rate, whereFloor } = limits[mode];
  const ratio = {
    limit: `${mode}: ≥ ${percent(share)} of the floor`,
    measured: percent(server / floor),
    isKept: server >= share * floor,
  };
  if (floor < whereFloor) return [ratio];
  return [
    ratio,
    { limit: `${mode}: ≥ ${thousands(rate)}/s`, measured: `${thousands(server)}/s`, isKept: server >= rate },
  ];
};

/** Posts accepted and stored, against a floor that only validates, in turns. */
export const ingest = async (options: Options): Promise<Report> => {
  const rows: (string | number)[][] = [];
  const kept: Verdict[] = [];
  const all: Trial[] = [];
  for (const mode of ['keep-alive', 'new'] satisfies Mode[]) {
    const floor: Trial[] = [];
    const server: Trial[] = [];
    for (let round = 0; round < options.rounds; round++) {
      floor.push(await tryFloor(mode, options));
      const folder = openFolder();
      server.push(await tryServer(mode, options, folder.path));
      folder.close();
      console.error(
        `ingest ${mode} ${round + 1}: ${thousands(floor[round]!.rate)} → ${thousands(server[round]!.rate)}`,
      );
    }
    const floorRate = middle(floor, (trial) => trial.rate);
    const serverRate = middle(server, (trial) => trial.rate);
    rows.push(
      trialRow(`${mode}, floor`, floor, 1),
      trialRow(`${mode}, server`, server, serverRate / floorRate),
    );
    kept.push(...verdicts(mode, serverRate, floorRate));
    all.push(...server);
  }
  kept.push(memoryVerdict(all));
  const head = ['posts into an empty database', '201/s', 'of the floor', 'p50 ms', 'p99 ms', 'PSS max MB'];
  const markdown = `${table(head, rows)}\n\n${verdictTable(kept)}`;
  return { part: 'ingest', how: howPosted(options), verdicts: kept, markdown };
};
