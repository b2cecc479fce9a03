// More metrics than memory: one after another, from a date on, and only as far as needed.
import { Monitor } from '@monitor-server/sdk';

const monitor = new Monitor(process.argv[2] ?? 'http://localhost:8181');

let count = 0;
let seconds = 0;
for await (const metric of monitor.metrics({ component: 'component_1', since: '2021-02-01' })) {
  count++;
  seconds += metric.wallTime;
  if (count === 50) break;
}
console.log(`${count} metrics took ${seconds.toFixed(1)} s`);
