import { platform } from '#platform';
import { formatOf, type Format } from './format.ts';
import { recordOfLine, recordsOf } from './reading.ts';
import type { Section } from './sections.ts';
import { textsOf } from './writing.ts';

/** How a file is written or read. */
export interface FileOptions {
  /** The form; without it, the file's name tells. */
  format?: Format | undefined;
}

/** Writes entities to a file, which is there as a whole or not at all. */
export async function dumpTo<R>(
  path: string,
  section: Section<R>,
  records: Iterable<R>,
  { format = formatOf(path) }: FileOptions,
): Promise<void> {
  await platform.writeText(path, await textsOf(format, section, records));
}

/** Entities in a form, as one text. */
export async function dumpText<R>(
  format: Format,
  section: Section<R>,
  records: Iterable<R>,
): Promise<string> {
  return [...(await textsOf(format, section, records))].join('');
}

/** Reads entities from a file; lines are read one after another, documents as a whole. */
export async function* loadFrom<R>(
  path: string,
  section: Section<R>,
  { format = formatOf(path) }: FileOptions,
): AsyncGenerator<R> {
  if (format !== 'ndjson') {
    yield* await recordsOf(format, section, await platform.readText(path));
    return;
  }
  let number = 0;
  for await (const line of platform.readLines(path)) {
    const record = recordOfLine(section, line, ++number);
    if (record !== undefined) yield record;
  }
}
