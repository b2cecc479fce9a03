import { setTimeout as sleep } from 'node:timers/promises';
import type { Metric } from '@monitor-server/contract';
import { createLedger } from './ledger.ts';
import { lists } from './lists.ts';
import type { Options } from './options.ts';
import { openPipeline } from './pipeline/pipeline.ts';
import { awaitRest, restFigures } from './pipeline/settlement.ts';
import { isSession } from './records.ts';
import { openTailing, type Tailing } from './tailing.ts';
import { describe, settle } from './tally.ts';
import { openTraffic } from './traffic.ts';
import { readAll, readPage } from './walk.ts';

const workers = 4;
const tailed = [lists.all, lists.component, lists.kind, lists.context];
const roundLength = 6_000;
/** Pages that are read again by their numbers. */
const samples = 50;

const count = <Item>(items: Iterable<Item>, holds: (item: Item) => boolean): number =>
  [...items].filter(holds).length;

/** How many pages, some picked at random, are not what the reader saw when it came by. */
const countMoved = async (port: number, { list, serials }: Tailing): Promise<number> => {
  const size = Number(new URL(list.path, 'http://localhost').searchParams.get('per_page') ?? 500);
  const join = list.path.includes('?') ? '&' : '?';
  let moved = 0;
  for (let sample = 0; sample < samples; sample++) {
    const page = Math.floor((Math.random() * serials.length) / size);
    const { items } = await readPage<Metric>(port, `${list.path}${join}page=${page + 1}`, 'metrics');
    const seen = serials.slice(page * size, (page + 1) * size);
    if (items.length !== seen.length || items.some(({ total_time: serial }, at) => serial !== seen[at]))
      moved++;
  }
  return moved;
};

/** Four workers store at once while four readers wait at the ends of lists: they miss nothing, and no page moves. */
export const tailWorkers = async ({ rounds = 10, connections = 32 }: Options): Promise<boolean> => {
  const pipeline = await openPipeline({ kind: 'redis', workers });
  const { port } = pipeline.query;
  const ledger = createLedger();
  const tailings = tailed.map((list) => openTailing(port, list));
  const traffic = openTraffic({ ports: pipeline.ingests.map(({ port }) => port), connections, ledger });
  for (let round = 0; round < rounds; round++) {
    await sleep(roundLength);
    console.log(`round ${round + 1}: ${ledger.acknowledged.size} posts, read ${tailings[0]?.serials.length}`);
  }
  await traffic.stop();
  const rest = await awaitRest(pipeline, port);
  await Promise.all(tailings.map(({ finish }) => finish()));

  let [missed, twice, foreign, moved] = [0, 0, 0, 0];
  for (const tailing of tailings) {
    const { list, serials } = tailing;
    const seen = new Set(serials);
    twice += serials.length - seen.size;
    foreign += count(seen, (serial) => !list.holds(serial));
    missed += count(
      ledger.acknowledged,
      (serial) => !isSession(serial) && list.holds(serial) && !seen.has(serial),
    );
    moved += tailing.moved() + (await countMoved(port, tailing));
  }
  const balance = await ledger.compare(readAll(port));
  const badExits = await pipeline.stop();
  const logs = pipeline.workers.map(({ log }) => log()).join('');
  const isClean = settle(`${workers} workers, ${tailed.length} tailing readers, ${rounds * 6} s`, {
    figures: {
      sent: ledger.sent(),
      'acknowledged (201)': ledger.acknowledged.size,
      'other answers were': describe(traffic.failures.map(({ outcome }) => outcome)),
      'slowest answer, ms': Math.round(traffic.slowest()),
      'pages followed': tailings.reduce((sum, { pages }) => sum + pages(), 0),
      'metrics followed': tailings.reduce((sum, { serials }) => sum + serials.length, 0),
      'deadlocks that Postgres resolved': pipeline.postgresLog().split('deadlock detected').length - 1,
      stored: balance.stored,
      'ended badly': badExits.join(', ') || 'none',
    },
    mustBeZero: {
      'other answers': traffic.failures.length,
      lost: balance.lost,
      doubled: balance.doubled,
      altered: balance.altered,
      'missed by a reader': missed,
      'seen twice by a reader': twice,
      'in the wrong list': foreign,
      'pages that moved': moved,
      'deadlocks that were not retried': logs.split('deadlock detected').length - 1,
      ...restFigures(rest),
      'services that ended badly': badExits.length,
    },
  });
  const kept = await pipeline.close(!isClean);
  if (kept !== undefined) console.log(`  logs: ${kept}`);
  return isClean;
};
