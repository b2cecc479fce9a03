import type { Metric } from '../entities/metric.ts';
import { ResourceType } from '../enums.ts';

const VALUES: Readonly<Record<ResourceType, (metric: Metric) => number>> = {
  [ResourceType.TOTAL_TIME]: ({ wallTime }) => wallTime,
  [ResourceType.USER_TIME]: ({ userTime }) => userTime,
  [ResourceType.KERNEL_TIME]: ({ kernelTime }) => kernelTime,
  [ResourceType.CPU]: ({ cpuUsage }) => cpuUsage,
  [ResourceType.MEMORY]: ({ memoryUsage }) => memoryUsage,
};

/** How much of a resource a test took. */
export function valueOf(metric: Metric, resource: ResourceType): number {
  return VALUES[resource](metric);
}

/** What a test is called: its name with parameters; modules and packages have none, but a path. */
export function testName({ variant, item, itemPath }: Metric): string {
  return variant || item || itemPath;
}
