// All metrics of one test without parameters in the last three builds of a pipeline.
import { Metrics, Monitor } from '@monitor-server/sdk';

const PIPELINE = 'master';

const monitor = new Monitor(process.argv[2] ?? 'http://localhost:8181');

const builds = await monitor.listPipelineBuilds(PIPELINE);
const lastThree = builds.toSorted((a, b) => Number(b) - Number(a)).slice(0, 3);

let metrics = new Metrics();
for (const build of lastThree) {
  const sessions = await monitor.listBuildSessions(PIPELINE, build);
  const ofBuild = await monitor.listMetricsFrom({ sessions });
  metrics = metrics.merge(ofBuild.filterWith((metric) => metric.item === 'test_that'));
}
console.log(`${metrics.length} metrics in the builds ${lastThree.join(', ')}`);
