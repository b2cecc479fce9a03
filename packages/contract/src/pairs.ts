import type { TagPair } from './session.ts';

/** Splits JSON that `JSON.parse` accepted into strings, punctuation and bare words. */
const TOKEN = /"(?:[^"\\]|\\.)*"|[{}[\],:]|[^\s{}[\],:"]+/g;

export type Pairs = { ok: true; pairs: TagPair[] } | { ok: false; fault: string };

const NO_OBJECT = 'must be an object of names and texts, numbers or booleans, or a JSON string holding one';

function scalar(token: string): string | undefined {
  if (token.startsWith('"')) return JSON.parse(token) as string;
  if (token === 'true') return 'True';
  if (token === 'false') return 'False';
  if (token === 'null' || token === '{' || token === '[') return undefined;
  return token;
}

function readObject(tokens: readonly string[], start: number): Pairs {
  if (tokens[start] !== '{') return { ok: false, fault: NO_OBJECT };
  const pairs = new Map<string, string>();
  for (let at = start + 1; tokens[at] !== '}' && at < tokens.length; at += tokens[at + 3] === ',' ? 4 : 3) {
    // What is stored is well-formed, so names that differ only in what is not are the same name.
    const name = (JSON.parse(tokens[at] ?? '""') as string).toWellFormed();
    const value = scalar(tokens[at + 2] ?? 'null');
    if (value === undefined) {
      return {
        ok: false,
        fault: `the value of ${JSON.stringify(name)} must be a text, a number or a boolean`,
      };
    }
    pairs.set(name, value);
  }
  return { ok: true, pairs: [...pairs] };
}

/**
 * The pairs of the object that stands under `key` in a JSON object text, in the order of the text.
 *
 * `JSON.parse` moves integer-like names to the front, treats `__proto__` in its own way and turns `1.0`
 * into `1`; tags have to keep all three. A string under `key` is read as JSON once more. The last of
 * several equal keys counts, as in `JSON.parse`. `json` must be a valid JSON text.
 */
export function pairsUnder(key: string, json: string): Pairs {
  const tokens = json.match(TOKEN) ?? [];
  let depth = 0;
  let found = -1;
  for (const [at, token] of tokens.entries()) {
    if (token === '{' || token === '[') depth++;
    else if (token === '}' || token === ']') depth--;
    else if (depth === 1 && tokens[at + 1] === ':' && token.startsWith('"') && JSON.parse(token) === key) {
      found = at + 2;
    }
  }
  const value = tokens[found];
  if (value === undefined) return { ok: false, fault: 'is required' };
  if (!value.startsWith('"')) return readObject(tokens, found);
  const inner = JSON.parse(value) as string;
  try {
    JSON.parse(inner);
  } catch {
    return { ok: false, fault: NO_OBJECT };
  }
  return readObject(inner.match(TOKEN) ?? [], 0);
}
