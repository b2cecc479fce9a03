import { Contexts } from '../collections/contexts.ts';
import { Sessions } from '../collections/sessions.ts';
import type { Page } from '../dialect.ts';
import { contextOf } from '../entities/context.ts';
import { sessionOf } from '../entities/session.ts';
import type { ContextRecord, SessionRecord } from '../records.ts';
import type { ReadOptions } from './options.ts';

/** Pages as they come, each reported before it is handed on. */
export async function* reported<R>(
  pages: AsyncGenerator<Page<R>>,
  { onProgress }: ReadOptions,
): AsyncGenerator<readonly R[]> {
  let done = 0;
  for await (const { rows, total } of pages) {
    done += rows.length;
    onProgress?.({ done, total });
    yield rows;
  }
}

/** All sessions of a list. */
export async function collectSessions(
  pages: AsyncGenerator<Page<SessionRecord>>,
  options: ReadOptions,
): Promise<Sessions> {
  const sessions = new Sessions();
  for await (const rows of reported(pages, options)) for (const row of rows) sessions.add(sessionOf(row));
  return sessions;
}

/** All contexts of a list. */
export async function collectContexts(
  pages: AsyncGenerator<Page<ContextRecord>>,
  options: ReadOptions,
): Promise<Contexts> {
  const contexts = new Contexts();
  for await (const rows of reported(pages, options)) for (const row of rows) contexts.add(contextOf(row));
  return contexts;
}
