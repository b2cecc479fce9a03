import type { Context, Session } from '@monitor-server/contract';
import { createLines, type Owner } from '../export/lines.ts';
import { createRecent } from '../export/recent.ts';
import type { ExportQuery } from '../store.ts';
import type { MetricRow } from './metric-rows.ts';
import type { Snapshot } from './snapshot.ts';

/** How many characters of what metrics refer to are kept ready. */
const KEPT = { test: 4_000_000, session: 1_000_000, context: 1_000_000 } as const;

const TEST_TEXTS = `SELECT item_path, item, item_variant, item_fs_loc, kind, name
  FROM test JOIN component ON component.id = component_id WHERE test.id = @id`;

/** A session or context that was posted: it stays as it is. */
interface Posted extends Owner {
  readonly ordinal: number;
}

type SessionRow = [h: string, ordinal: number | null, runDate: string, scm: string | null, tags: string];
type ContextRow = [h: string, ordinal: number | null, body: string];

function sessionOf([h, , runDate, scm, tags]: SessionRow): Session {
  return { session_h: h, run_date: runDate, scm_ref: scm, tags: JSON.parse(tags) as Session['tags'] };
}

function createOwners<Row extends readonly [h: string, ordinal: number | null, ...unknown[]]>(
  read: (id: number) => Row | undefined,
  write: (h: string, row: Row | undefined) => Owner,
  kept: number,
) {
  const recent = createRecent<number, Posted>(kept, ({ hash, joined }) => hash.length + joined.length);
  return (id: number, newest: number): Owner => {
    const known = recent.get(id);
    if (known !== undefined && known.ordinal <= newest) return known;
    const row = read(id);
    if (row === undefined) throw new Error('a metric refers to a row that is not there');
    const [h, ordinal] = row;
    if (ordinal === null || ordinal > newest) return write(h, undefined);
    const posted = { ...write(h, row), ordinal };
    recent.set(id, posted);
    return posted;
  };
}

/** Asks for every id once. */
function createKnown(ask: (id: number) => Owner): (id: number) => Owner {
  const known = new Map<number, Owner>();
  return (id) => {
    const found = known.get(id) ?? ask(id);
    known.set(id, found);
    return found;
  };
}

/**
 * How the metrics of one transaction become lines. Sessions and contexts that are later than the newest ones given count
 * as not posted.
 */
export type ExportLines = (newest: { session: number; context: number }) => (row: MetricRow) => string;

/** Writes metrics as the lines of one kind of export; what they have in common is read and written once. */
export function createExportLines(
  snapshot: Snapshot,
  { format, joined }: Pick<ExportQuery, 'format' | 'joined'>,
): ExportLines {
  const lines = createLines(format, joined);
  const tests = createRecent<number, string>(KEPT.test, (text) => text.length);

  const sessionWith = createOwners<SessionRow>(
    (id) =>
      snapshot.arrays<SessionRow>('SELECT h, ordinal, run_date, scm_ref, tags FROM session WHERE id = @id', {
        id,
      })[0],
    (h, row) => lines.session(h, row && sessionOf(row)),
    KEPT.session,
  );
  const contextWith = createOwners<ContextRow>(
    (id) => snapshot.arrays<ContextRow>('SELECT h, ordinal, body FROM context WHERE id = @id', { id })[0],
    (h, row) => lines.context(h, row && (JSON.parse(row[2]) as Context)),
    KEPT.context,
  );

  function testWith(id: number): string {
    const known = tests.get(id);
    if (known !== undefined) return known;
    const [texts] = snapshot.arrays<string[]>(TEST_TEXTS, { id });
    const text = lines.test(texts ?? []);
    tests.set(id, text);
    return text;
  }

  return (newest) => {
    const sessions = createKnown((id) => sessionWith(id, newest.session));
    const contexts = createKnown((id) => contextWith(id, newest.context));
    return ([, test, session, context, micros, text, ...numbers]) =>
      lines.line({ micros, text, numbers }, testWith(test), sessions(session), contexts(context));
  };
}
