import type { Format } from './format.ts';
import type { Section } from './sections.ts';

const CHUNK_ENTITIES = 500;

/** Puts short texts together, so that whoever writes them has fewer pieces to handle. */
function* grouped(texts: Iterable<string>): Generator<string> {
  let group = '';
  let count = 0;
  for (const text of texts) {
    group += text;
    if (++count % CHUNK_ENTITIES !== 0) continue;
    yield group;
    group = '';
  }
  if (group !== '') yield group;
}

function* jsonTexts<R>(section: Section<R>, records: Iterable<R>): Generator<string> {
  yield `{"${section.name}":{`;
  let at = 0;
  for (const record of records) {
    const key = JSON.stringify(section.keyOf(record, at));
    yield `${at === 0 ? '' : ','}\n${key}:${JSON.stringify(section.dictOf(record))}`;
    at++;
  }
  yield '\n}}\n';
}

function* ndjsonTexts<R>(section: Section<R>, records: Iterable<R>): Generator<string> {
  for (const record of records) {
    yield `${JSON.stringify({ type: section.type, ...section.lineOf(record) })}\n`;
  }
}

type Stringify = (value: unknown) => string;

function* yamlTexts<R>(section: Section<R>, records: Iterable<R>, stringify: Stringify): Generator<string> {
  let at = 0;
  for (const record of records) {
    if (at === 0) yield `${section.name}:\n`;
    const entry = stringify({ [section.keyOf(record, at++)]: section.dictOf(record) });
    yield entry.replace(/^(?=.)/gm, '  ');
  }
  if (at === 0) yield `${section.name}: {}\n`;
}

/** Entities in a form, in pieces; the YAML library is loaded only where it is needed. */
export async function textsOf<R>(
  format: Format,
  section: Section<R>,
  records: Iterable<R>,
): Promise<Iterable<string>> {
  if (format === 'json') return grouped(jsonTexts(section, records));
  if (format === 'ndjson') return grouped(ndjsonTexts(section, records));
  const yaml = await import('yaml');
  // Under YAML 1.1, which PyYAML reads, more texts need quotes than under 1.2: times and `yes` are two of them.
  const stringify: Stringify = (value) => yaml.stringify(value, { version: '1.1', lineWidth: 0 });
  return grouped(yamlTexts(section, records, stringify));
}
