import { Monitor } from '@monitor-server/sdk';
import { createWorld } from '../world.ts';
import { timeGroupings, type Groupings } from './grouping.ts';
import { createPages } from './pages.ts';

/** What a process reports that read so many metrics. */
export interface Collected extends Groupings {
  /** MB of the whole process at most, until everything was read. */
  peak: number;
}

// A process of its own, because the largest memory of a process is never forgotten.
const { rows, times } = JSON.parse(process.argv[2] ?? '{}') as { rows: number; times: number };
const monitor = new Monitor('http://pages.invalid', { fetch: createPages(createWorld(), rows) });
const metrics = await monitor.listMetrics();
if (metrics.length !== rows) throw new Error(`the library reads ${metrics.length} metrics, not ${rows}`);
const peak = process.resourceUsage().maxRSS / 1024;
const collected: Collected = { peak, ...(await timeGroupings(metrics, times)) };
console.log(JSON.stringify(collected));
