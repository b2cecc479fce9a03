import { once } from 'node:events';
import { request } from 'node:http';
import { history, traffic } from './skew.ts';
import type { World } from './world.ts';

const chunkLength = 256 * 1024;

function* chunks(world: World, metrics: number): Generator<string> {
  let text = '';
  for (const { type, body } of traffic(world, history(metrics))) {
    text += `${JSON.stringify({ type, ...body })}\n`;
    if (text.length < chunkLength) continue;
    yield text;
    text = '';
  }
  yield text;
}

/** Imports skewed metrics, with their sessions and contexts, as one stream; gives metrics a second. */
export const seed = async (port: number, world: World, metrics: number): Promise<number> => {
  const begin = performance.now();
  const call = request({
    port,
    host: '127.0.0.1',
    path: '/api/v1/import',
    method: 'POST',
    headers: { 'content-type': 'application/x-ndjson' },
  });
  const answer = new Promise<{ status: number; text: string }>((resolve, reject) => {
    call.on('error', reject);
    call.on('response', (response) => {
      let text = '';
      response.setEncoding('utf8').on('data', (chunk: string) => (text += chunk));
      response.on('end', () => resolve({ status: response.statusCode ?? 0, text }));
    });
  });
  answer.catch(() => undefined);
  for (const chunk of chunks(world, metrics)) {
    // An answer before the end is a refusal, and nothing would drain any more.
    if (!call.write(chunk)) await Promise.race([once(call, 'drain'), answer]);
  }
  call.end();
  const { status, text } = await answer;
  if (status >= 300) throw new Error(`/import answered ${status}: ${text.slice(0, 1000)}`);
  return metrics / ((performance.now() - begin) / 1000);
};
