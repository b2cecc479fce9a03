import { once } from 'node:events';
import { attacks } from './attacks.ts';
import { openCrowd } from './crowd.ts';

/** What this process is told. */
export interface Order {
  port: number;
  /** Connections on which nothing is ever sent. */
  idle: number;
  /** Connections on which a head, or a body, never ends; so many of each. */
  slow: number;
}

/** What it has done. */
export interface Deeds {
  connections: number;
  attacks: Record<string, number>;
  /** Of one core, that it used while it did that; opening the first connections came before. */
  share: number;
}

const { port, idle, slow } = JSON.parse(process.argv[2] as string) as Order;
const head = 'POST /api/v1/metrics/ HTTP/1.1\r\nhost: x\r\ncontent-type: application/json\r\n';
const crowds = await Promise.all([
  openCrowd(port, idle, ''),
  openCrowd(port, slow, `${head}x-slow: `),
  openCrowd(port, slow, `${head}content-length: 1000000\r\n\r\n{`),
]);
const connections = crowds.reduce((sum, { size }) => sum + size(), 0);

const done: Record<string, number> = {};
const timers = attacks.map(({ name, perSecond, attack }) => {
  done[name] = 0;
  const once = async (): Promise<void> => {
    await attack(port);
    done[name] = (done[name] ?? 0) + 1;
  };
  return setInterval(() => void once(), 1000 / perSecond);
});

const spent = process.cpuUsage();
const begin = performance.now();
process.send?.('ready');
await once(process, 'message');
const { user, system } = process.cpuUsage(spent);
const share = (user + system) / 1000 / (performance.now() - begin);
for (const timer of timers) clearInterval(timer);
for (const { close } of crowds) close();
process.send?.({ connections, attacks: done, share } satisfies Deeds);
process.disconnect();
process.exit(0);
