import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { get } from '@monitor-server/bench/get';
import { openFolder } from '@monitor-server/bench/release';
import type { Metric } from '@monitor-server/contract';
import { createLedger } from '../ledger.ts';
import type { Options } from '../options.ts';
import { openReads } from '../pipeline/reads.ts';
import {
  isSent,
  isSentSession,
  readMetric,
  readSession,
  type Stored,
  type StoredSession,
} from '../records.ts';
import { describe, settle } from '../tally.ts';
import { openTraffic } from '../traffic.ts';
import { walk } from '../walk.ts';
import { openInstall } from './install.ts';
import { replay } from './recorded.ts';
import { troubles } from './trouble.ts';
import { judge, type Span } from './verdict.ts';

/** Milliseconds that an excuse holds beyond the end of its trouble. */
const grace = 3_000;

/** How long what is stored has to stand still until nothing more is expected. */
const quiet = 8_000;

/** Milliseconds between two posts of a client. */
const pause = 20;

/** What was sent under load; what was recorded is stored beside it. */
async function* readLoad(port: number): AsyncGenerator<Stored[]> {
  for await (const page of walk<Metric>(port, '/api/v1/metrics/?per_page=5000', 'metrics'))
    yield page.filter(isSent).map(readMetric);
  for await (const page of walk<StoredSession>(port, '/api/v1/sessions/?per_page=5000', 'sessions'))
    yield page.filter(isSentSession).map(readSession);
}

const awaitRest = async (port: number): Promise<void> => {
  let last = '';
  let lastMove = performance.now();
  while (performance.now() - lastMove < quiet) {
    const answers = await Promise.all(
      ['metrics', 'sessions'].map((kind) => get(port, `/api/v1/${kind}/count`)),
    );
    const state = answers.map(({ body }) => body.toString()).join();
    if (state !== last) lastMove = performance.now();
    last = state;
    await sleep(500);
  }
};

/**
 * The whole installation of a clean clone, through its gateway: recorded traffic, then one trouble after another under
 * load. Everything that was answered with 201 has to be there exactly once, also in another installation that its backup
 * was restored into.
 */
export const compose = async ({ rounds = 1, connections = 8 }: Options): Promise<boolean> => {
  const install = await openInstall();
  await install.up();
  await install.authorize();
  const { port } = install;
  const recorded = await replay(port);

  const ledger = createLedger();
  const traffic = openTraffic({ ports: [port], connections, ledger, pause });
  const reads = openReads(port);
  const spans: Span[] = [];
  const faults: string[] = [];
  for (const trouble of Array.from({ length: rounds }, () => troubles).flat()) {
    await sleep(2_000);
    const from = performance.now();
    await trouble.make(install).catch((error: Error) => {
      faults.push(error.message);
      console.log(`${trouble.name}: ${error.message}`);
    });
    const to = performance.now();
    spans.push({ trouble, from, to: to + grace });
    console.log(`${trouble.name}: over after ${((to - from) / 1000).toFixed(1)} s`);
  }
  await sleep(grace);
  await traffic.stop();
  await awaitRest(port);
  await reads.stop();
  const balance = await ledger.compare(readLoad(port));
  const logs = await install.compose('logs', '--no-color', '--tail=400');

  const folder = openFolder();
  const copy = join(folder.path, 'monitor.dump');
  await install.backUp(copy);
  install.close();
  const fresh = await openInstall();
  await fresh.restore(copy);
  const restored = await ledger.compare(readLoad(fresh.port));
  fresh.close();
  folder.close();

  const posts = judge(traffic.failures, spans, ({ excusesPost }) => excusesPost);
  const asked = judge(reads.failures, spans, ({ excusesRead }) => excusesRead);
  const isClean = settle(`compose, ${rounds} × ${troubles.length} troubles, ${connections} connections`, {
    figures: {
      'recorded requests': recorded.sent,
      sent: ledger.sent(),
      'acknowledged (201)': ledger.acknowledged.size,
      'cut off or away, excused': describe(posts.excused),
      'other answers were': describe(posts.others),
      'slowest answer, ms': Math.round(traffic.slowest()),
      'reads answered': reads.answered(),
      'reads that failed meanwhile': describe(asked.excused),
      'reads that failed otherwise': describe(asked.others),
      stored: balance.stored,
      'restored into a fresh installation': restored.stored,
    },
    mustBeZero: {
      'recorded requests answered otherwise': recorded.otherAnswers,
      'recorded rows altered': recorded.altered,
      'other answers': posts.others.length,
      'failed reads': asked.others.length,
      lost: balance.lost,
      doubled: balance.doubled,
      altered: balance.altered,
      'lost, doubled or altered by the restore': restored.lost + restored.doubled + restored.altered,
      'troubles that went wrong': faults.length,
    },
  });
  if (!isClean) console.log(logs);
  return isClean;
};
