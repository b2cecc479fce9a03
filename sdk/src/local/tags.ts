import type { TagCondition } from '../dialect.ts';
import type { SessionRecord } from '../records.ts';

type Tags = SessionRecord['tags'];

/** The text of a value in a description, spelled as servers spell it; undefined for what is no text or number. */
function tagText(value: unknown, source: string): string | undefined {
  switch (typeof value) {
    case 'string':
      return value;
    case 'number':
      return source;
    case 'boolean':
      return value ? 'True' : 'False';
    default:
      return undefined;
  }
}

/**
 * The tags of a description. It is a dictionary as JSON; `1.0` stays `1.0`, and values that are no texts, numbers or
 * booleans are left out. Older versions of pytest-monitor wrote a text as it was given: that becomes the tag
 * `description`, as newer versions have it.
 */
export function readTags(description: string | null): Tags {
  if (description === null || description === '') return [];
  let parsed: unknown;
  try {
    // The third parameter is newer than the types: it has the text of a number as it stands there.
    parsed = JSON.parse(
      description,
      (_key, value: unknown, context?: { source?: string }) =>
        tagText(value, context?.source ?? String(value)) ?? value,
    );
  } catch {
    return [['description', description]];
  }
  if (typeof parsed === 'string') return [['description', parsed]];
  if (typeof parsed !== 'object' || parsed === null || Array.isArray(parsed))
    return [['description', description]];
  return Object.entries(parsed).filter((entry): entry is [string, string] => typeof entry[1] === 'string');
}

/** Whether the tags of a session meet conditions, all of them or one; no conditions are always met. */
export function meetTags(tags: Tags, conditions: readonly TagCondition[], all: boolean): boolean {
  const named = conditions.filter(({ name }) => name !== '');
  if (named.length === 0) return true;
  const meets = ({ name, value }: TagCondition): boolean =>
    tags.some(
      ([key, text]) => key === name && (value === undefined || value === '' ? text !== '' : text === value),
    );
  return all ? named.every(meets) : named.some(meets);
}
