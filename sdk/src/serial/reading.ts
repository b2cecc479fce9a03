import { FormatError } from '../errors.ts';
import type { Format } from './format.ts';
import type { Dict, Section } from './sections.ts';

function isDict(value: unknown): value is Dict {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function parsed(parse: () => unknown, what: string): unknown {
  try {
    return parse();
  } catch (error) {
    throw new FormatError(`${what}: ${(error as Error).message}`, { cause: error });
  }
}

function recordAt<R>(section: Section<R>, dict: unknown, where: string): R {
  if (!isDict(dict)) throw new FormatError(`${where}: must be a dictionary, not ${JSON.stringify(dict)}`);
  return parsed(() => section.recordOf(dict), where) as R;
}

/** The entities of a document that has them under the section's name; a document without that name has none. */
function* documentRecords<R>(section: Section<R>, document: unknown): Generator<R> {
  if (!isDict(document)) throw new FormatError('the document must be a dictionary');
  const entities = document[section.name] ?? {};
  if (!isDict(entities)) throw new FormatError(`${section.name} must be a dictionary`);
  for (const [key, dict] of Object.entries(entities)) {
    yield recordAt(section, dict, `${section.name}.${key}`);
  }
}

/** The entity of a line; undefined for blank lines and for entities of another kind. */
export function recordOfLine<R>(section: Section<R>, line: string, number: number): R | undefined {
  if (line.trim() === '') return undefined;
  const where = `line ${number}`;
  const dict = parsed(() => JSON.parse(line), where);
  if (!isDict(dict)) return recordAt(section, dict, where);
  // `type` is the mark here; in documents it is the field of contexts that lines call `machine_type`.
  const { type, ...fields } = dict;
  return type === section.type ? recordAt(section, fields, where) : undefined;
}

/** Reads entities from a text; throws a FormatError that says where the text is wrong. */
export async function recordsOf<R>(format: Format, section: Section<R>, text: string): Promise<Iterable<R>> {
  if (format === 'json')
    return documentRecords(
      section,
      parsed(() => JSON.parse(text), 'the text is not JSON'),
    );
  if (format === 'yaml') {
    const yaml = await import('yaml');
    return documentRecords(
      section,
      parsed(() => yaml.parse(text, { maxAliasCount: 0 }), 'the text is not YAML'),
    );
  }
  return text
    .split('\n')
    .values()
    .map((line, at) => recordOfLine(section, line, at + 1))
    .filter((record) => record !== undefined);
}
