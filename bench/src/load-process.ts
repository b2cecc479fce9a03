import { once } from 'node:events';
import { runClient, type Outcome } from './exchange.ts';
import type { Order, Yield } from './loader.ts';
import { createHistogram } from './quantile.ts';
import { createRing } from './ring.ts';

const order = JSON.parse(process.argv[2] as string) as Order;
const take = createRing(order.ring, order.seed, order.salt);
process.send?.('ready');
await once(process, 'message');

const begin = performance.now();
const warm = begin + order.warmup * 1000;
const end = warm + order.seconds * 1000;
const histogram = createHistogram();
const outcomes = new Map<Outcome, number>();
const perSecond: number[] = [];
let metrics = 0;
let sessions = 0;
let measured = 0;

/** When a client may post next, if the rate is limited: each keeps to a timetable, so that a late post delays no other. */
const timetable = (index: number): (() => number) | undefined => {
  const { rate, connections } = order;
  if (rate === undefined) return undefined;
  let posts = 0;
  return () => begin + ((index + posts++ * connections) / rate) * 1000 - performance.now();
};

const client = (index: number): Promise<void> => {
  let isMetric = false;
  return runClient({
    port: order.port,
    isFresh: order.mode === 'new' || (order.mode === 'mixed' && index % 2 === 1),
    pause: timetable(index),
    next: () => {
      if (performance.now() >= end) return undefined;
      const request = take();
      isMetric = request.isMetric;
      return request.bytes;
    },
    done: (outcome, milliseconds) => {
      outcomes.set(outcome, (outcomes.get(outcome) ?? 0) + 1);
      if (outcome !== 201) return;
      if (isMetric) metrics++;
      else sessions++;
      const now = performance.now();
      if (now < warm || now > end) return;
      measured++;
      histogram.add(milliseconds);
      const second = Math.floor((now - warm) / 1000);
      perSecond[second] = (perSecond[second] ?? 0) + 1;
    },
  });
};

await Promise.all(Array.from({ length: order.connections }, (_, index) => client(index)));
process.send?.({
  metrics,
  sessions,
  measured,
  outcomes: [...outcomes],
  latencies: [...histogram.counts],
  perSecond: Array.from(perSecond, (count) => count ?? 0),
} satisfies Yield);
process.disconnect();
