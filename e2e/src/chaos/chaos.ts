import { setTimeout as sleep } from 'node:timers/promises';
import type { Outcome } from '../client.ts';
import { createLedger, type Ledger } from '../ledger.ts';
import type { Options } from '../options.ts';
import type { Kind } from '../pipeline/backends.ts';
import { openPipeline, type Pipeline, type PipelineOptions } from '../pipeline/pipeline.ts';
import { openReads } from '../pipeline/reads.ts';
import { awaitRest, restFigures } from '../pipeline/settlement.ts';
import { describe, isRefused, isReset, settle } from '../tally.ts';
import { openTraffic, type Traffic } from '../traffic.ts';
import { readAll } from '../walk.ts';
import { isKilled, split, type Span } from './excuses.ts';

/** Where a round of trouble happens. */
export interface Scene {
  pipeline: Pipeline;
  traffic: Traffic;
  ledger: Ledger;
  /** From 0. */
  round: number;
}

/** A kind of trouble, and what it excuses. */
export interface Scenario {
  name: string;
  /** The pipelines in which there is something to trouble. */
  kinds: readonly Kind[];
  pipeline?: Omit<PipelineOptions, 'kind'>;
  /** Makes the trouble and mends it; resolves, with what was done, when all that was ended answers again. */
  disrupt: (scene: Scene) => Promise<string>;
  /** What has to be done before the next round. */
  recover?: (scene: Scene) => Promise<void>;
  /** Posts that may end so while it lasts. All else but 201 is a fault. */
  excusesPost?: (outcome: Outcome) => boolean;
  /** Reads that may end so while it lasts. */
  excusesRead?: (outcome: Outcome, kind: Kind) => boolean;
  /** Milliseconds that the excuses hold beyond the end of the trouble. */
  grace?: number;
}

/** Milliseconds between two posts of a client: the pipeline has to keep up, with room to catch up after trouble. */
const pause = 5;

/**
 * No post may wait longer: it is held for 10 s at most, and where neither database nor disk takes it, two groups of posts
 * find that out one after the other, in 10 s each; the machine is busy.
 */
const slowestAnswer = 30_000;

const torment = async (scenario: Scenario, kind: Kind, options: Options): Promise<boolean> => {
  const { rounds = 10, connections = 32 } = options;
  const { disrupt, recover, grace = 1500 } = scenario;
  const pipeline = await openPipeline({ kind, ...scenario.pipeline });
  const ledger = createLedger();
  const ports = pipeline.ingests.map(({ port }) => port);
  const traffic = openTraffic({ ports, connections, ledger, pause });
  const reads = openReads(pipeline.query.port);
  const spans: Span[] = [];
  const faults: string[] = [];

  for (let round = 0; round < rounds; round++) {
    const scene = { pipeline, traffic, ledger, round };
    await sleep(500 + Math.random() * 1500);
    const from = performance.now();
    let what = '';
    try {
      what = await disrupt(scene);
    } catch (error) {
      faults.push((what = (error as Error).message));
    }
    const to = performance.now();
    spans.push({ from, to: to + grace });
    console.log(`round ${round + 1}: ${what}; over after ${Math.round(to - from)} ms`);
    await recover?.(scene).catch((error: Error) => {
      faults.push(error.message);
      console.log(`round ${round + 1}: ${error.message}`);
    });
  }
  await sleep(1000);
  await traffic.stop();
  const rest = await awaitRest(pipeline, pipeline.query.port);
  await reads.stop();
  const balance = await ledger.compare(readAll(pipeline.query.port));
  const crashes = pipeline.services.flatMap(({ name, crashes }) =>
    crashes() > 0 ? [`${name}: ${crashes()}`] : [],
  );
  const badExits = await pipeline.stop();

  const posts = split(traffic.failures, spans, scenario.excusesPost);
  const asked = split(reads.failures, spans, (outcome) => scenario.excusesRead?.(outcome, kind) ?? false);
  const refusals = posts.excused.filter((outcome) => !isKilled(outcome));
  const isClean = settle(`${scenario.name}, ${kind}, ${rounds} rounds, ${connections} connections`, {
    figures: {
      sent: ledger.sent(),
      'acknowledged (201)': ledger.acknowledged.size,
      'resets by the killed process itself': posts.excused.filter(isReset).length,
      'refused while it was away': posts.excused.filter(isRefused).length,
      'other answers that are excused': describe(refusals),
      'other answers were': describe(posts.others),
      'slowest answer, ms': Math.round(traffic.slowest()),
      'reads answered': reads.answered(),
      'reads that failed meanwhile': describe(asked.excused),
      'reads that failed otherwise': describe(asked.others),
      'settled after, s': rest.seconds.toFixed(1),
      stored: balance.stored,
      'ended by themselves': crashes.join(', ') || 'none',
      'ended badly': badExits.join(', ') || 'none',
    },
    mustBeZero: {
      'other answers': posts.others.length,
      'answers after more than 30 s': traffic.slowest() > slowestAnswer ? 1 : 0,
      'failed reads': asked.others.length,
      lost: balance.lost,
      doubled: balance.doubled,
      altered: balance.altered,
      ...restFigures(rest),
      'rounds that went wrong': faults.length,
      'services that ended by themselves or badly': crashes.length + badExits.length,
    },
  });
  const logs = await pipeline.close(!isClean);
  if (logs !== undefined) console.log(`  logs: ${logs}`);
  return isClean;
};

/**
 * Makes the same trouble again and again, at random moments and under load, in every pipeline it concerns. Then
 * everything that was answered with 201 has to be there exactly once.
 */
export const chaos = async (scenario: Scenario, options: Options): Promise<boolean> => {
  let isClean = true;
  for (const kind of scenario.kinds.filter((each) => options.pipelines.includes(each)))
    isClean = (await torment(scenario, kind, options)) && isClean;
  return isClean;
};
