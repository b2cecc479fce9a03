// The 15 tests that took most memory in a build.
import { Monitor, ResourceMethod, ResourceType } from '@monitor-server/sdk';

const monitor = new Monitor(process.argv[2] ?? 'http://localhost:8181');

const metrics = await monitor.listMetricsResourcesFromBuild(
  'master-py38',
  '123',
  ResourceType.MEMORY,
  ResourceMethod.TOP,
  15,
);
for (const metric of metrics) console.log(`${metric.variant} : ${metric.memoryUsage}MB`);
