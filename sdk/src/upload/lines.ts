import { digestOf } from '../entities/digest.ts';
import type { MetricRecord } from '../records.ts';
import { contextSection, metricSection, sessionSection, type Section } from '../serial/sections.ts';
import type { UploadSource } from './source.ts';

/** A line of an import, and what it was made of: the so-and-so-manieth of its kind, from 0. */
export interface UploadLine {
  type: string;
  at: number;
  text: string;
}

async function* linesWith<R>(
  section: Section<R>,
  groups: AsyncIterable<readonly R[]>,
  idOf: (record: R) => string | undefined,
): AsyncGenerator<UploadLine[]> {
  const { type } = section;
  let at = 0;
  for await (const records of groups) {
    yield records.map((record) => {
      const text = JSON.stringify({ type, id: idOf(record), ...section.lineOf(record) });
      return { type, at: at++, text };
    });
  }
}

/**
 * The lines of a source: contexts and sessions first, so that every metric finds what it refers to. A metric's id is
 * made of all its values and, because equal metrics may well be different runs, of how many equal ones came before:
 * the same source gives the same ids, and nothing is stored twice or lost.
 */
export async function* linesOf(source: UploadSource): AsyncGenerator<UploadLine[]> {
  const occurrences = new Map<string, number>();

  function metricId(record: MetricRecord): string {
    const digest = digestOf(record);
    const occurrence = occurrences.get(digest) ?? 0;
    occurrences.set(digest, occurrence + 1);
    return `${digest}-${occurrence}`;
  }

  yield* linesWith(contextSection, source.contexts(), () => undefined);
  yield* linesWith(sessionSection, source.sessions(), () => undefined);
  yield* linesWith(metricSection, source.metrics(), metricId);
}
