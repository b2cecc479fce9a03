import { Dictionary } from '../collections/dictionary.ts';
import { CONTEXT_FIELDS, CONTEXT_KEYS, type Context } from '../entities/context.ts';
import { selectFields, type Selection } from '../entities/selection.ts';
import { expandedName, SESSION_FIELDS, type Session } from '../entities/session.ts';
import { Field } from '../enums.ts';
import { textColumn, type Frame, type FrameColumn } from './frame.ts';

/** All names of tags, in the order in which they first occur. */
function tagNames(sessions: readonly Session[]): string[] {
  return [...new Set(sessions.flatMap(({ tags }) => Object.keys(tags)))];
}

/** Names that tags cannot have as columns, because the columns of metrics and contexts have them. */
const TAKEN = new Set<string>(Object.values(Field));

/** A frame of sessions: a row for each, a column for each field and tag. */
export function sessionFrame(sessions: readonly Session[], selection: Selection): Frame {
  const { length } = sessions;
  const columns = selectFields(SESSION_FIELDS, selection).flatMap((field): FrameColumn[] => {
    switch (field) {
      case Field.H:
        return [textColumn(field, length, new Dictionary(), (row) => sessions[row]?.h)];
      case Field.SCM:
        return [textColumn(field, length, new Dictionary(), (row) => sessions[row]?.scm)];
      case Field.RUN_DATE:
        return [
          {
            kind: 'time',
            name: field,
            micros: Float64Array.from(sessions, ({ startDate }) => startDate.micros),
            textAt: (row) => sessions[row]?.runDate ?? '',
          },
        ];
      default:
        return tagNames(sessions).map((tag) =>
          textColumn(
            expandedName(tag, (name) => TAKEN.has(name)),
            length,
            new Dictionary(),
            (row) => sessions[row]?.tags[tag],
          ),
        );
    }
  });
  return { length, columns };
}

/** A frame of execution contexts: a row for each, a column for each field. */
export function contextFrame(contexts: readonly Context[], selection: Selection): Frame {
  const { length } = contexts;
  const records = contexts.map((context) => context.toRecord());
  const columns = selectFields(CONTEXT_FIELDS, selection).map((field): FrameColumn => {
    const values = records.map((record) => record[CONTEXT_KEYS[field]]);
    const numeric =
      field === Field.CPU_COUNT || field === Field.CPU_FREQUENCY_MHZ || field === Field.RAM_TOTAL_MB;
    return numeric
      ? { kind: 'number', name: field, values: Float64Array.from(values, Number) }
      : textColumn(field, length, new Dictionary(), (row) => String(values[row]));
  });
  return { length, columns };
}
