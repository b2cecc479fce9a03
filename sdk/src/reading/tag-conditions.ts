import type { TagCondition } from '../dialect.ts';
import type { SessionQuery } from './options.ts';

function listOf(texts: string | readonly string[] | undefined): readonly string[] {
  return texts === undefined ? [] : [texts].flat();
}

/** The conditions on tags that a query names: values belong to tags by their position, or by the tags' names. */
export function tagConditions({ withTags, restrictFlags }: SessionQuery): TagCondition[] {
  const names = listOf(withTags);
  if (typeof restrictFlags !== 'object' || Array.isArray(restrictFlags)) {
    const values = listOf(restrictFlags as string | readonly string[] | undefined);
    return names.map((name, at) => conditionOf(name, values[at]));
  }
  const values = new Map(Object.entries(restrictFlags as Readonly<Record<string, string>>));
  return [...new Set([...names, ...values.keys()])].map((name) => conditionOf(name, values.get(name)));
}

function conditionOf(name: string, value: string | undefined): TagCondition {
  return value === undefined || value === '' ? { name } : { name, value };
}
