import { contextSection, metricSection, sessionSection, type Section } from '../serial/sections.ts';
import type { UploadSource } from './source.ts';

/** A line of an import, and what it was made of: the so-and-so-manieth of its kind, from 0. */
export interface UploadLine {
  type: string;
  at: number;
  text: string;
}

async function* linesWith<T, R>(
  section: Section<R>,
  groups: AsyncIterable<readonly T[]>,
  read: (item: T) => { id?: string; record: R },
): AsyncGenerator<UploadLine[]> {
  const { type } = section;
  let at = 0;
  for await (const items of groups) {
    yield items.map((item) => {
      const { id, record } = read(item);
      const text = JSON.stringify({ type, id, ...section.lineOf(record) });
      return { type, at: at++, text };
    });
  }
}

/** The lines of a source: contexts and sessions first, so that every metric finds what it refers to. */
export async function* linesOf(source: UploadSource): AsyncGenerator<UploadLine[]> {
  yield* linesWith(contextSection, source.contexts(), (record) => ({ record }));
  yield* linesWith(sessionSection, source.sessions(), (record) => ({ record }));
  yield* linesWith(metricSection, source.metrics(), (metric) => metric);
}
