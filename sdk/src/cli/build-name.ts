import { BUILD_TAG, PIPELINE_TAG } from '@monitor-server/contract/values';
import type { Session } from '../entities/session.ts';

/** The build that a session belongs to, as people say it: `main #42`; nothing where it belongs to none. */
export function buildName({ tags }: Session): string {
  const pipeline = tags[PIPELINE_TAG] ?? '';
  const build = tags[BUILD_TAG] ?? '';
  return build === '' ? pipeline : `${pipeline} #${build}`;
}
