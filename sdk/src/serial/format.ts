import { FormatError } from '../errors.ts';

/**
 * The forms in which collections are written and read. `json` and `yaml`: one document, entities under `metrics`,
 * `sessions` or `contexts`. `ndjson`: a line for each, in the form that a server's import takes.
 */
export type Format = 'json' | 'ndjson' | 'yaml';

const EXTENSIONS: Readonly<Record<string, Format>> = {
  json: 'json',
  ndjson: 'ndjson',
  jsonl: 'ndjson',
  yaml: 'yaml',
  yml: 'yaml',
};

/** The form that a file's name stands for. */
export function formatOf(path: string): Format {
  const extension = /\.([^./\\]+)$/.exec(path)?.[1]?.toLowerCase() ?? '';
  const format = Object.hasOwn(EXTENSIONS, extension) ? EXTENSIONS[extension] : undefined;
  if (format === undefined) {
    const known = Object.keys(EXTENSIONS).join(', ');
    throw new FormatError(`${path}: the name must end in one of ${known}, or a format be given`);
  }
  return format;
}
