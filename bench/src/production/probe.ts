import { randomBytes } from 'node:crypto';
import { Agent, request } from 'node:http';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Metric } from '@monitor-server/contract';

/** Milliseconds, in no order. */
export interface Readability {
  /** From the 201 until a count has the metric. */
  polled: number[];
  /** From the post until it is answered, where it is to be answered once the metric can be read. */
  preferred: number[];
}

interface Answer {
  status: number;
  headers: Record<string, string | string[] | undefined>;
  text: string;
}

/** Each asks so often; of these and the probes there are so few that the load hardly notices. */
const pollMs = 10;
const probesEach = 2;

/** A pause of random length keeps probes from falling in step with the commits. */
const longestPauseMs = 200;

const patienceMs = 30_000;

const metric = (session_h: string): Metric => ({
  session_h,
  context_h: 'probe',
  item_start_time: '2026-01-01T00:00:00.000001',
  item_path: 'probe',
  item: 'test_probe',
  item_variant: 'test_probe',
  item_fs_loc: 'probe.py',
  kind: 'function',
  component: 'probe',
  total_time: 0.25,
  user_time: 0,
  kernel_time: 0,
  cpu_usage: 0,
  mem_usage: 1,
});

const createCaller = (port: number) => {
  const agent = new Agent({ keepAlive: true, maxSockets: 1 });
  const call = (
    method: 'GET' | 'POST',
    path: string,
    headers: Record<string, string> = {},
    body?: string,
  ): Promise<Answer> =>
    new Promise((resolve, reject) => {
      const outgoing = request({ agent, port, host: '127.0.0.1', path, method, headers }, (response) => {
        let text = '';
        response.setEncoding('utf8').on('data', (chunk: string) => (text += chunk));
        response.on('error', reject);
        response.on('end', () =>
          resolve({ status: response.statusCode ?? 0, headers: response.headers, text }),
        );
      });
      outgoing.on('error', reject);
      outgoing.end(body);
    });
  return { call, close: () => agent.destroy() };
};

type Call = ReturnType<typeof createCaller>['call'];

const post = async (
  call: Call,
  session: string,
  headers: Record<string, string> = {},
): Promise<Answer['headers']> => {
  const body = JSON.stringify(metric(session));
  const answer = await call(
    'POST',
    '/api/v1/metrics/',
    { ...headers, 'content-type': 'application/json' },
    body,
  );
  if (answer.status !== 201) throw new Error(`a probe was answered with ${answer.status}: ${answer.text}`);
  return answer.headers;
};

const isReadable = async (call: Call, session: string): Promise<boolean> => {
  const { status, text } = await call('GET', `/api/v1/sessions/${session}/metrics/count`);
  if (status !== 200) throw new Error(`the count of a probe was answered with ${status}: ${text}`);
  return (JSON.parse(text) as { count: number }).count === 1;
};

/** Posts, then asks again and again. The answer's way back counts too, so this is never too little. */
const poll = async (call: Call): Promise<number> => {
  const session = randomBytes(16).toString('hex');
  await post(call, session);
  const begin = performance.now();
  for (;;) {
    if (await isReadable(call, session)) return performance.now() - begin;
    if (performance.now() - begin > patienceMs) throw new Error('what got 201 could not be read for 30 s');
    await sleep(pollMs);
  }
};

/** Posts with `Prefer: wait`, and checks that the answer tells the truth. */
const prefer = async (call: Call): Promise<number> => {
  const session = randomBytes(16).toString('hex');
  const begin = performance.now();
  const headers = await post(call, session, { prefer: 'wait=30' });
  const milliseconds = performance.now() - begin;
  if (headers['preference-applied'] !== 'wait') throw new Error('what got 201 could not be read for 30 s');
  if (!(await isReadable(call, session))) throw new Error('what can be read, as was answered, is not there');
  return milliseconds;
};

/** Posts single metrics between these seconds from now, and sees how long each takes until it can be read. */
export const probe = async (port: number, from: number, to: number): Promise<Readability> => {
  const end = performance.now() + to * 1000;
  await sleep(from * 1000);
  const found: Readability = { polled: [], preferred: [] };
  const run = async (kind: keyof Readability): Promise<void> => {
    const { call, close } = createCaller(port);
    while (performance.now() < end) {
      found[kind].push(await (kind === 'polled' ? poll(call) : prefer(call)));
      await sleep(Math.random() * longestPauseMs);
    }
    close();
  };
  await Promise.all(Array.from({ length: probesEach }, () => [run('polled'), run('preferred')]).flat());
  return found;
};
