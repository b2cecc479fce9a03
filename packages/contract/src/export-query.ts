import { readRange, type TimeRange } from './list-query.ts';
import { ProblemError } from './problem.ts';
import type { QueryParameter } from './url.ts';

/** What an export can be limited to; all but `scm`, which is a start, are exact. */
export const exportFilters = [
  'component',
  'pipeline',
  'build',
  'scm',
  'session',
  'context',
  'item',
  'variant',
  'kind',
] as const;

export const exportFormats = ['ndjson', 'csv'] as const;
export type ExportFormat = (typeof exportFormats)[number];

/** Whose columns can follow those of the metric. */
export const exportJoins = ['session', 'context'] as const;
export type ExportJoin = (typeof exportJoins)[number];

/** Which metrics an export has: those that fit all of these. */
export type ExportFilter = { [name in (typeof exportFilters)[number]]?: string } & { range?: TimeRange };

/** What a request for an export asks for. */
export interface ExportRequest {
  filter: ExportFilter;
  format: ExportFormat;
  joined: ExportJoin[];
}

const NAMES = new Set<string>([...exportFilters, 'since', 'until', 'format', 'join']);

function isOneOf<T extends string>(known: readonly T[], text: string): text is T {
  return known.some((each) => each === text);
}

function oneOf<T extends string>(name: string, known: readonly T[], text: string): T {
  if (isOneOf(known, text)) return text;
  throw new ProblemError(400, `${name} must be ${known.join(' or ')}, not "${text}".`);
}

/**
 * Reads the query of an export. An unknown parameter is refused: a filter with a slip in its name would export
 * everything.
 */
export function readExport(query: readonly QueryParameter[]): ExportRequest {
  const filter: ExportFilter = {};
  let format: ExportFormat = 'ndjson';
  let joined: ExportJoin[] = [];
  // The first of several counts, so it is read last.
  for (const { name, value } of query.toReversed()) {
    if (isOneOf(exportFilters, name)) filter[name] = value;
    else if (name === 'format') format = oneOf('format', exportFormats, value);
    else if (name === 'join') {
      const asked = value.split(',').filter((each) => each !== '');
      const named = new Set(asked.map((each) => oneOf('join', exportJoins, each)));
      joined = exportJoins.filter((each) => named.has(each));
    } else if (!NAMES.has(name)) {
      const known = [...NAMES].join(', ');
      throw new ProblemError(400, `An export has no parameter "${name}", only ${known}.`);
    }
  }
  const range = readRange(query, true);
  return { filter: range === undefined ? filter : { ...filter, range }, format, joined };
}
