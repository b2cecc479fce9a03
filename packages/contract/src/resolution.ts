import { routes, type ParameterName, type Route } from './routes.ts';
import { decodeLoosely } from './url.ts';

/** The prefix of every canonical path and link. */
export const API_PREFIX = '/api/v1';

export type Parameters = Partial<Record<ParameterName, string>>;

/** What a request asks for. */
export type Resolution =
  | { found: true; route: Route; parameters: Parameters; query: string }
  /** `methods` is empty where the path exists for nobody. */
  | { found: false; methods: string[] };

type Word = { fixed: string } | { parameter: ParameterName };

interface Pattern {
  route: Route;
  words: Word[];
  fixedWords: number;
  endsFixed: boolean;
}

interface Match {
  pattern: Pattern;
  /** Where the values of the parameters stand: most matches are not the best one, and names can be long. */
  places: readonly Place[];
  tokens: readonly string[];
  rawSlash: boolean;
}

interface Place {
  parameter: ParameterName;
  from: number;
  to: number;
}

function compile(route: Route, path: string): Pattern {
  const words = path
    .split('/')
    .filter((word) => word !== '')
    .map((word): Word =>
      word.startsWith('{') ? { parameter: word.slice(1, -1) as ParameterName } : { fixed: word },
    );
  const last = words.at(-1);
  return {
    route,
    words,
    fixedWords: words.filter((word) => 'fixed' in word).length,
    endsFixed: last === undefined || 'fixed' in last,
  };
}

const patterns = routes.flatMap((route) =>
  [route.path, ...(route.also ?? [])].map((path) => compile(route, path)),
);

function skipEmpty(tokens: readonly string[], at: number): number {
  let next = at;
  while (tokens[next] === '') next++;
  return next;
}

/**
 * Reads tokens with one pattern. A name takes one token, or, where `greedy`, as many as it needs up to the
 * next fixed word: taking the first place where that word stands can only leave more room for the rest.
 */
function match(pattern: Pattern, tokens: readonly string[], greedy: boolean): Match | undefined {
  const places: Place[] = [];
  const { words } = pattern;
  let at = 0;
  let rawSlash = false;
  for (let index = 0; index < words.length; index++) {
    const word = words[index];
    if (word === undefined) return undefined;
    if ('fixed' in word) {
      const previous = words[index - 1];
      if (previous === undefined || 'fixed' in previous) at = skipEmpty(tokens, at);
      if (tokens[at] !== word.fixed) return undefined;
      at++;
      continue;
    }
    const next = words[index + 1];
    const last = index + 1 === words.length || index + 2 === words.length;
    let end = at + 1;
    if (greedy && last) {
      end = tokens.length;
      while (end > at + 1 && tokens[end - 1] === '') end--;
      if (next !== undefined) end--;
    } else if (greedy && next !== undefined && 'fixed' in next) {
      while (end < tokens.length && tokens[end] !== next.fixed) end++;
    }
    if (end <= at || end > tokens.length) return undefined;
    if (end - at > 1) rawSlash = true;
    else if (tokens[at] === '') return undefined;
    places.push({ parameter: word.parameter, from: at, to: end });
    at = end;
  }
  return skipEmpty(tokens, at) === tokens.length ? { pattern, places, tokens, rawSlash } : undefined;
}

function better(a: Match, b: Match): boolean {
  if (a.rawSlash !== b.rawSlash) return !a.rawSlash;
  if (a.pattern.fixedWords !== b.pattern.fixedWords) return a.pattern.fixedWords > b.pattern.fixedWords;
  return a.pattern.endsFixed && !b.pattern.endsFixed;
}

function bestMatch(tokens: readonly string[], candidates: readonly Pattern[]): Match | undefined {
  let best: Match | undefined;
  for (const pattern of candidates) {
    const found = match(pattern, tokens, false) ?? match(pattern, tokens, true);
    if (found !== undefined && (best === undefined || better(found, best))) best = found;
  }
  return best;
}

/** The tokens of a path below the API's prefix, however often that stands there. */
function belowPrefix(tokens: readonly string[]): readonly string[] {
  let at = skipEmpty(tokens, 0);
  for (let times = 0; times < 2 && tokens[at] === 'api'; times++) {
    const version = skipEmpty(tokens, at + 1);
    if (tokens[version] !== 'v1') break;
    at = skipEmpty(tokens, version + 1);
  }
  return tokens.slice(at);
}

/** How a query of ours starts. */
const QUERY_PARAMETER = /^(?:page|per_page|after|since|until|with_flags|with_tags|restrict_flags|method)=/;

/** Question marks beyond these are not tried as the start of the query. */
const QUERY_STARTS = 8;

/** A URL and what stands between its slashes. It is split once, however many ways there are to read it. */
interface Split {
  url: string;
  tokens: readonly string[];
}

/** What the first characters of a URL, up to `end`, would be split into. */
function tokensUntil({ url, tokens }: Split, end: number): string[] {
  let excess = url.length - end;
  let last = tokens.length - 1;
  for (; excess > (tokens[last]?.length ?? excess); last--) excess -= (tokens[last]?.length ?? 0) + 1;
  const until = tokens.slice(0, last + 1);
  const token = tokens[last] ?? '';
  until[last] = token.slice(0, token.length - excess);
  return until;
}

/** The reading in which the first `?` belongs to a name, if there is one. */
function matchThroughQuery(
  split: Split,
  mark: number,
  candidates: readonly Pattern[],
): [Match, string] | undefined {
  const { url } = split;
  let best: [Match, string] | undefined;
  let end = url.length;
  for (let tries = 0; tries < QUERY_STARTS && end > mark; tries++) {
    const found = bestMatch(belowPrefix(tokensUntil(split, end)), candidates);
    if (found !== undefined && (best === undefined || better(found, best[0])))
      best = [found, url.slice(end + 1)];
    end = url.lastIndexOf('?', end - 1);
  }
  return best;
}

function find(split: Split, candidates: readonly Pattern[]): [Match, string] | undefined {
  const { url, tokens } = split;
  const mark = url.indexOf('?');
  if (mark < 0) {
    const found = bestMatch(belowPrefix(tokens), candidates);
    return found && [found, ''];
  }
  const plain = bestMatch(belowPrefix(tokensUntil(split, mark)), candidates);
  const query = url.slice(mark + 1);
  if (query.includes('/')) {
    const through = matchThroughQuery(split, mark, candidates);
    // A list with an ordinary query, such as /sessions/?with_flags=a/b, must not become a hash that starts with `?`.
    const ordinary = url[mark - 1] === '/' && QUERY_PARAMETER.test(query);
    const wins = plain === undefined || (through?.[0].pattern.endsFixed === true && !ordinary);
    if (through !== undefined && wins) return through;
  }
  return plain && [plain, query];
}

function patternsOf(method: string): readonly Pattern[] {
  return patterns.filter((pattern) => pattern.route.method === method);
}

const byMethod = new Map([
  ['GET', patternsOf('GET')],
  ['POST', patternsOf('POST')],
]);

/** The URLs that clients send most need no reading. */
const frequent = new Map<string, Resolution>();
for (const route of routes.filter(({ path }) => !path.includes('{') && path.endsWith('/') && path !== '/')) {
  for (const url of [`${API_PREFIX}${route.path}`, route.path]) {
    frequent.set(`${route.method} ${url}`, { found: true, route, parameters: {}, query: '' });
  }
}

/**
 * Finds what a request line asks for. Names may hold any character, encoded or raw: the reading in which
 * no name holds a raw `/` wins, then the one with most fixed words, then the one ending in a fixed word.
 * Takes time linear in the length of the URL.
 */
export function resolve(method: string, url: string): Resolution {
  const known = frequent.get(`${method} ${url}`);
  if (known !== undefined) return known;
  const verb = method === 'HEAD' ? 'GET' : method;
  const split: Split = { url, tokens: url.split('/') };
  const found = find(split, byMethod.get(verb) ?? []);
  const others = [...byMethod].filter(([name]) => name !== verb);
  // A path that plainly belongs to another method is no name with a slash in it.
  const plainly = ([, candidates]: [string, readonly Pattern[]]): boolean =>
    find(split, candidates)?.[0].rawSlash === false;
  if (found === undefined || (found[0].rawSlash && others.some(plainly))) {
    const methods = others
      .filter(([, candidates]) => find(split, candidates) !== undefined)
      .map(([name]) => name);
    return {
      found: false,
      methods: methods.includes('GET') ? ['GET', 'HEAD', ...methods.slice(1)] : methods,
    };
  }
  const [{ pattern, places, tokens }, query] = found;
  const parameters: Parameters = { ...pattern.route.fixed };
  for (const { parameter, from, to } of places) {
    parameters[parameter] = decodeLoosely(tokens.slice(from, to).join('/'));
  }
  return { found: true, route: pattern.route, parameters, query };
}
