// How much is there? `node counts.ts https://monitor.example`
import { Monitor } from '@monitor-server/sdk';

const monitor = new Monitor(process.argv[2] ?? 'http://localhost:8181');

console.log('components', await monitor.countComponents());
console.log('contexts', await monitor.countContexts());
console.log('sessions', await monitor.countSessions());
console.log('metrics', await monitor.countMetrics());
console.log('of a session', await monitor.countMetrics({ sessionH: 'deadbeef0badc0ffee' }));
console.log('of a context', await monitor.countMetrics({ contextH: 'badc0ffee0deadbeef' }));
console.log('of an SCM reference', await monitor.countMetrics({ scmRef: 'badbeef' }));
