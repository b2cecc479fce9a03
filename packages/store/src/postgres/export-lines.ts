import type { Context, Session } from '@monitor-server/contract';
import { createLines, type Owner } from '../export/lines.ts';
import { createRecent } from '../export/recent.ts';
import type { ExportQuery } from '../store.ts';
import type { ExportPlan } from './export-plan.ts';
import type { ExportFacts } from './export-facts.ts';
import type { Nodes } from './nodes.ts';
import { createValues, type Snapshot } from './snapshot.ts';

/** How many characters of what metrics refer to are kept ready. */
const KEPT = { test: 4_000_000, session: 1_000_000, context: 1_000_000 } as const;

type TestRow = [id: string, ...texts: string[]];
type SessionRow = [
  id: string,
  h: string,
  ordinal: string | null,
  runDate: string,
  scm: string | null,
  tags: string,
];
type ContextRow = [id: string, h: string, ordinal: string | null, body: string];

const TESTS = `SELECT test.id, item_path, item, item_variant, item_fs_loc, kind, component.name
  FROM test JOIN component ON component.id = component_id WHERE test.id = ANY ($1::integer[])`;
const SESSIONS = 'SELECT id, h, ordinal, run_date, scm_ref, tags FROM session WHERE id = ANY ($1::integer[])';
const CONTEXTS = 'SELECT id, h, ordinal, body FROM context WHERE id = ANY ($1::integer[])';

function sessionOf([, h, , runDate, scm, tags]: SessionRow): Session {
  return { session_h: h, run_date: runDate, scm_ref: scm, tags: JSON.parse(tags) as Session['tags'] };
}

/** What the rows of a dimension are written as: once each, and those of one export never change. */
function createDimension<Row extends readonly [id: string, ...unknown[]], Written>(
  sql: string,
  write: (row: Row) => Written,
  kept: number,
  sizeOf: (written: Written) => number,
) {
  const recent = createRecent<number, Written>(kept, sizeOf);

  /** Those with these ids that are known, and a way to read the others; undefined where there are none. */
  return (ids: Iterable<number>) => {
    const found = new Map<number, Written>();
    const missing: number[] = [];
    for (const id of ids) {
      const known = recent.get(id);
      if (known === undefined) missing.push(id);
      else found.set(id, known);
    }
    async function read(snapshot: Snapshot): Promise<void> {
      const values = createValues();
      values.bind(missing);
      for (const row of await snapshot.texts<Row & readonly (string | null)[]>(sql, values)) {
        const written = write(row);
        recent.set(Number(row[0]), written);
        found.set(Number(row[0]), written);
      }
    }
    return { found, read: missing.length === 0 ? undefined : read };
  };
}

const lengthOf = ({ hash, joined }: Owner): number => hash.length + joined.length;

/** Writes the metrics of one export as lines. */
export function createExportLines({ format, joined }: ExportQuery, plan: ExportPlan) {
  const { newest } = plan;
  const lines = createLines(format, joined);
  const isPosted = (ordinal: string | null, last: number): boolean =>
    ordinal !== null && Number(ordinal) <= last;

  const tests = createDimension<TestRow, string>(
    TESTS,
    ([, ...texts]) => lines.test(texts),
    KEPT.test,
    ({ length }) => length,
  );
  const sessions = createDimension<SessionRow, Owner>(
    SESSIONS,
    (row) => lines.session(row[1], isPosted(row[2], newest.session) ? sessionOf(row) : undefined),
    KEPT.session,
    lengthOf,
  );
  const contexts = createDimension<ContextRow, Owner>(
    CONTEXTS,
    (row) =>
      lines.context(row[1], isPosted(row[2], newest.context) ? (JSON.parse(row[3]) as Context) : undefined),
    KEPT.context,
    lengthOf,
  );

  return {
    head: lines.head,

    /** Reads what metrics refer to, as far as it is not known; gives a way to write each, by its row. */
    async prepare(
      nodes: Nodes,
      facts: ExportFacts,
      from: number,
      to: number,
    ): Promise<(row: number) => string> {
      const { micros, text, test, session, context, numbers } = facts;
      const ofTest = tests(idsOf(test, from, to));
      const ofSession = sessions(idsOf(session, from, to));
      const ofContext = contexts(idsOf(context, from, to));
      const reads = [ofTest.read, ofSession.read, ofContext.read].filter((read) => read !== undefined);
      if (reads.length > 0) {
        await nodes.read((snapshot) => Promise.all(reads.map((read) => read(snapshot))), plan.position);
      }
      return (row) =>
        lines.line(
          { micros: micros(row), text: text(row), numbers: numbers(row) },
          known(ofTest.found, test(row)),
          known(ofSession.found, session(row)),
          known(ofContext.found, context(row)),
        );
    },
  };
}

/** What some rows refer to, each once. */
function idsOf(idAt: (row: number) => number, from: number, to: number): Set<number> {
  const ids = new Set<number>();
  for (let row = from; row < to; row++) ids.add(idAt(row));
  return ids;
}

function known<Written>(found: ReadonlyMap<number, Written>, id: number): Written {
  const written = found.get(id);
  if (written === undefined) throw new Error('a metric refers to a row that is not there');
  return written;
}

export type ExportLines = ReturnType<typeof createExportLines>;
