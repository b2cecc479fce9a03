import type { SessionRecord } from '../records.ts';

/** The text of a tag, where it is there and not empty. */
export function tagOf(tags: SessionRecord['tags'], name: string): string | undefined {
  return tags.find(([key, text]) => key === name && text !== '')?.[1];
}
