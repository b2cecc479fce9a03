import { Agent } from 'node:http';
import { setTimeout as sleep } from 'node:timers/promises';
import { request, type Answer, type Body, type Sending } from './request.ts';

export type Counts = { metrics?: number; sessions?: number; contexts?: number };

/** Calls on the v1 API of one server; paths are what follows `/api/v1`, sent as they are. */
export const createClient = (base: string) => {
  // One connection for everything: what it posts one after another is stored in that order.
  const agent = new Agent({ keepAlive: true, maxSockets: 1 });

  const call = <T = Body>(path: string, sending: Sending = {}): Promise<Answer<T>> =>
    request<T>(base, `/api/v1${path}`, { agent, ...sending });

  const get = <T = Body>(path: string): Promise<Answer<T>> => call<T>(path);

  /** Posts `body` as JSON; a string goes out as it is, so that a test can write JSON no object can hold. */
  const post = <T = Body>(
    path: string,
    body: unknown,
    headers: Record<string, string> = {},
  ): Promise<Answer<T>> =>
    call<T>(path, {
      method: 'POST',
      body: typeof body === 'string' ? body : JSON.stringify(body),
      headers: { 'content-type': 'application/json', ...headers },
    });

  /** Posts one after another; anything but 201 ends it. */
  const store = async (path: string, bodies: readonly unknown[]): Promise<void> => {
    for (const [at, body] of bodies.entries()) {
      // They are stored in this order, so it is enough to wait until the last one can be read.
      const answer = await post(path, body, at < bodies.length - 1 ? { prefer: 'wait=0' } : {});
      if (answer.status !== 201) throw new Error(`POST ${path}: ${answer.status} ${answer.text}`);
    }
  };

  /** All answers from `path` on, following `next_url`. */
  const pages = async (path: string): Promise<Answer[]> => {
    const answers: Answer[] = [];
    for (let next: string | null = `/api/v1${path}`; next !== null;) {
      const answer: Answer = await request(base, next, { agent });
      if (answer.status !== 200) throw new Error(`GET ${next}: ${answer.status} ${answer.text}`);
      answers.push(answer);
      if (answers.length > 2000) throw new Error(`GET ${path}: the links do not end`);
      next = answer.json.next_url ?? null;
    }
    return answers;
  };

  /** Resolves once this many rows are counted: 201 promises that a row is kept, not that it is seen already. */
  const arrived = async (counts: Counts): Promise<void> => {
    for (const [name, wanted] of Object.entries(counts)) {
      let seen = -1;
      for (let tries = 0; tries < 200 && seen !== wanted; tries++) {
        if (tries > 0) await sleep(50);
        seen = (await get(`/${name}/count`)).json.count;
      }
      if (seen !== wanted) throw new Error(`${wanted} ${name} wanted, ${seen} counted`);
    }
  };

  return { base, call, get, post, store, pages, arrived, close: () => agent.destroy() };
};

export type Client = ReturnType<typeof createClient>;
