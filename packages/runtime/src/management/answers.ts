import type { Sample } from '../metrics/sample.ts';
import { VERSION } from '../version.ts';
import type { Health, Readiness } from './health.ts';

/** An answer to those who look after a service. */
export interface Answer {
  readonly status: number;
  readonly type: string;
  readonly body: string;
}

export const HEALTHY_PATH = '/-/healthy';
export const READY_PATH = '/-/ready';
export const METRICS_PATH = '/-/metrics';

const JSON_TYPE = 'application/json; charset=utf-8';

/** The process is alive, or nobody would say so. */
export function answerHealthy(): Answer {
  const body = { status: 'healthy', version: VERSION, uptime: Math.round(process.uptime()) };
  return { status: 200, type: JSON_TYPE, body: JSON.stringify(body) };
}

/** Whether work may be sent here: 200 or 503. Reasons name hosts and folders, so they are not for everybody. */
export async function answerReady(health: Pick<Health, 'readiness'>, withReasons: boolean): Promise<Answer> {
  const { ready, parts } = await health.readiness();
  const body = { status: ready ? 'ready' : 'not ready', parts: withReasons ? parts : unreasoned(parts) };
  return { status: ready ? 200 : 503, type: JSON_TYPE, body: JSON.stringify(body) };
}

/** The metrics of all processes together, in the text format of Prometheus. */
export async function answerMetrics(sample: () => Promise<readonly (readonly Sample[])[]>): Promise<Answer> {
  const { expose } = await import('../metrics/sample.ts');
  return {
    status: 200,
    type: 'text/plain; version=0.0.4; charset=utf-8',
    body: await expose(await sample()),
  };
}

function unreasoned(parts: Readiness['parts']): Record<string, { ok: boolean }> {
  return Object.fromEntries(Object.entries(parts).map(([name, { ok }]) => [name, { ok }]));
}
