// What is known of one session, and of the machine its tests ran on?
import { Monitor } from '@monitor-server/sdk';

const monitor = new Monitor(process.argv[2] ?? 'http://localhost:8181');

const session = await monitor.getSession('deadbeef0badc0ffee');
console.log(`Session ${session?.h}, SCM@${session?.scm}, started at ${session?.startDate.toISOString()}`);
console.log(JSON.stringify(session?.tags));

const context = await monitor.getContext('badc0ffee0deadbeef');
console.log(`Context ${context?.h}, node@${context?.machineNode}, ${context?.totalRam} MB`);

const metrics = await monitor.listMetricsByScmId('badbeef');
console.log(
  metrics.length,
  'metrics, the first of',
  metrics.at(0)?.item,
  'with',
  metrics.at(0)?.memoryUsage,
  'MB',
);
