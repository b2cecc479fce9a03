import { BUILD_TAG, PIPELINE_TAG } from '@monitor-server/contract/values';
import type { SessionRecord } from '../records.ts';
import { tagOf } from '../entities/tags.ts';

type Tagged = Pick<SessionRecord, 'tags'>;

function distinct(names: Iterable<string | undefined>): string[] {
  return [...new Set(Iterator.from(names).filter((name) => name !== undefined))];
}

/** The pipelines of sessions, in their order; maybe only of those that name a build. */
export function pipelinesOf(sessions: readonly Tagged[], needsBuild: boolean): string[] {
  return distinct(
    sessions
      .filter(({ tags }) => !needsBuild || tagOf(tags, BUILD_TAG) !== undefined)
      .map(({ tags }) => tagOf(tags, PIPELINE_TAG)),
  );
}

/** The builds of a pipeline that sessions name, in their order. */
export function buildsOf(sessions: readonly Tagged[], pipeline: string): string[] {
  return distinct(
    sessions
      .filter(({ tags }) => tagOf(tags, PIPELINE_TAG) === pipeline)
      .map(({ tags }) => tagOf(tags, BUILD_TAG)),
  );
}

/** Whether a session belongs to a pipeline, and to a build of it where one is given. */
export function belongs({ tags }: Tagged, pipeline: string, build: string | undefined): boolean {
  return tagOf(tags, PIPELINE_TAG) === pipeline && (build === undefined || tagOf(tags, BUILD_TAG) === build);
}
