import type { Context, ExportFormat, ExportJoin, Session } from '@monitor-server/contract';
import { createStartTimes } from '../start-times.ts';
import { columnsOf, contextValues, JOINED_COLUMNS, sessionValues, TEST_COLUMNS } from './columns.ts';
import { csv } from './csv.ts';
import type { LineFormat, Numbers } from './format.ts';
import { ndjson } from './ndjson.ts';

const FORMATS: Record<ExportFormat, LineFormat> = { ndjson, csv };

/** What a session or a context has in a line. */
export interface Owner {
  /** The field of its hash. */
  readonly hash: string;
  /** Its joined fields, with a comma before each; nothing where they were not asked for. */
  readonly joined: string;
}

/** A metric as it is stored: when it started, and the text of that where the canonical one would read differently. */
export interface Fact {
  micros: number;
  text: string | null;
  numbers: Numbers;
}

/** Writes the lines of exports of one format with the same joined columns. */
export function createLines(formatName: ExportFormat, joins: readonly ExportJoin[]) {
  const format = FORMATS[formatName];
  const startTime = createStartTimes();

  function joined(join: ExportJoin, values: () => ReturnType<typeof sessionValues>): string {
    return joins.includes(join) ? `,${format.fields(JOINED_COLUMNS[join], values())}` : '';
  }

  return {
    /** What stands before the first line, if anything does. */
    head: format.head(columnsOf(joins)),

    /** The fields of a test, from its texts in the order of `TEST_COLUMNS`. */
    test: (texts: readonly string[]): string => format.fields(TEST_COLUMNS, texts),

    session(h: string, posted: Session | undefined): Owner {
      return {
        hash: format.fields(['session_h'], [h]),
        joined: joined('session', () => sessionValues(posted)),
      };
    },

    context(h: string, posted: Context | undefined): Owner {
      return {
        hash: format.fields(['context_h'], [h]),
        joined: joined('context', () => contextValues(posted)),
      };
    },

    line({ micros, text, numbers }: Fact, test: string, session: Owner, context: Owner): string {
      return format.line({
        session: session.hash,
        context: context.hash,
        start: text ?? startTime(micros),
        test,
        numbers,
        joined: session.joined + context.joined,
      });
    },
  };
}

export type Lines = ReturnType<typeof createLines>;
