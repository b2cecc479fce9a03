import { history, traffic, type Metric } from '../skew.ts';
import type { World } from '../world.ts';

const pageSize = 5000;

function* pagesOf(world: World, metrics: number): Generator<Metric[]> {
  let page: Metric[] = [];
  for (const { type, body } of traffic(world, history(metrics))) {
    if (type !== 'metric') continue;
    page.push(body);
    if (page.length < pageSize) continue;
    yield page;
    page = [];
  }
  if (page.length > 0) yield page;
}

/**
 * A `fetch` that answers a list of so many metrics page by page, as a server does, without the time and the memory of
 * one. Whatever is asked for, the next page is the answer.
 */
export const createPages = (world: World, metrics: number): (() => Promise<Response>) => {
  const pages = pagesOf(world, metrics);
  let sent = 0;
  return () => {
    const page = pages.next().value ?? [];
    sent += page.length;
    const answer = {
      metrics: page,
      next_url: sent < metrics ? '/api/v1/metrics/?page=next' : null,
      total_page: Math.ceil(metrics / pageSize),
    };
    return Promise.resolve(Response.json(answer));
  };
};
