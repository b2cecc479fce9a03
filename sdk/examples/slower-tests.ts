// Which tests take longer in the last three builds of a pipeline than in those before?
import { Monitor, ResourceType } from '@monitor-server/sdk';

const PIPELINE = 'main';

const monitor = new Monitor(process.argv[2] ?? 'http://localhost:8181');
const resources = [ResourceType.TOTAL_TIME];

const builds = (await monitor.listPipelineBuilds(PIPELINE)).toSorted((a, b) => Number(a) - Number(b));
const [before, after] = [builds.slice(0, -3), builds.slice(-3)];
const { comparisons, warnings } = await monitor.compareBuilds(PIPELINE, before, after, { resources });

for (const { message } of warnings) console.log(message);
for (const { test, verdict, ratio, ratioInterval } of comparisons) {
  const { low, high } = ratioInterval;
  console.log(`${test.variant}: ${verdict}, × ${ratio.toFixed(2)} (${low.toFixed(2)} to ${high.toFixed(2)})`);
}

for (const { group, median, p95 } of await monitor.summarize('variant', { component: 'io', resources })) {
  console.log(`${group.variant}: median ${median.toFixed(2)} s, p95 ${p95.toFixed(2)} s`);
}
