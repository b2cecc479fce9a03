import { Field } from '../enums.ts';
import type { SessionRecord } from '../records.ts';
import { readMicros, Timestamp } from '../timestamp.ts';
import { selectFields, type Selection } from './selection.ts';

/** A tag as servers list them. */
export interface Tag {
  name: string;
  value: string;
}

/** What a session can be made of. */
export interface SessionInit {
  h?: string;
  scmRef?: string | null;
  runDate?: string;
  tags?: Readonly<Record<string, string>> | Iterable<Tag> | null;
}

/** The fields of a session in the order in which they are exported. */
export const SESSION_FIELDS = [Field.H, Field.SCM, Field.RUN_DATE, Field.TAGS] as const;

/** How the tags of a session are exported, beside which fields are. */
export interface SessionSelection extends Selection {
  /** Each tag stands beside the other fields instead of in a dictionary of its own. */
  expandTags?: boolean | undefined;
}

function isIterable(tags: Readonly<Record<string, string>> | Iterable<Tag>): tags is Iterable<Tag> {
  return typeof (tags as Partial<Iterable<Tag>>)[Symbol.iterator] === 'function';
}

/** The record that a description of a session stands for. */
export function sessionRecord({ h, scmRef, runDate, tags }: SessionInit): SessionRecord {
  const given = tags ?? {};
  return {
    session_h: h ?? '',
    scm_ref: scmRef ?? null,
    run_date: runDate ?? '',
    tags: isIterable(given)
      ? Array.from(given, ({ name, value }) => [name, value] as const)
      : Object.entries(given),
  };
}

/** The name under which a tag stands beside other fields: a tag cannot take the place of one. */
export function expandedName(tag: string, taken: (name: string) => boolean): string {
  let name = tag;
  while (taken(name)) name = `tags.${name}`;
  return name;
}

/** One run of pytest by one process. */
export class Session {
  /** The hash that identifies the session. */
  readonly h: string;
  /** The reference into the source code management of what was tested; null where none is known. */
  readonly scm: string | null;
  /** When the session started, as it was recorded. */
  readonly runDate: string;
  /** The tags: what the run was described by. The object has no prototype, so every key is a tag. */
  readonly tags: Readonly<Record<string, string>>;
  readonly #pairs: SessionRecord['tags'];

  constructor(init: SessionInit = {}) {
    const record = sessionRecord(init);
    this.h = record.session_h;
    this.scm = record.scm_ref;
    this.runDate = record.run_date;
    this.#pairs = record.tags;
    const tags: Record<string, string> = Object.create(null);
    for (const [name, value] of record.tags) tags[name] = value;
    this.tags = Object.freeze(tags);
  }

  /** When the session started, to the microsecond. A time without a zone counts as UTC. */
  get startDate(): Timestamp {
    return new Timestamp(readMicros(this.runDate));
  }

  /** Whether a tag is there and not empty, or, where a value is given, equal to it. */
  hasTag(name: string, value?: string): boolean {
    const tag = this.tags[name];
    return value === undefined ? tag !== undefined && tag !== '' : tag === value;
  }

  /**
   * The session under the names of `Field`, in their order. With `expandTags` each tag stands beside them; one with
   * the name of a field of sessions is preceded by `tags.`.
   */
  toDict(selection: SessionSelection = {}): Record<string, unknown> {
    const values = { h: this.h, scm: this.scm, run_date: this.runDate, tags: { ...this.tags } };
    const dict: Record<string, unknown> = {};
    for (const field of selectFields(SESSION_FIELDS, selection)) {
      if (field !== Field.TAGS || selection.expandTags !== true) {
        dict[field] = values[field];
        continue;
      }
      for (const [name, value] of this.#pairs) {
        dict[expandedName(name, (other) => Object.hasOwn(values, other))] = value;
      }
    }
    return dict;
  }

  /** The session under the names that servers use. */
  toRecord(): SessionRecord {
    return { session_h: this.h, run_date: this.runDate, scm_ref: this.scm, tags: this.#pairs };
  }

  toJSON(): Record<string, unknown> {
    return this.toDict();
  }
}

/** The session that a record describes. */
export function sessionOf(record: SessionRecord): Session {
  return new Session({
    h: record.session_h,
    scmRef: record.scm_ref,
    runDate: record.run_date,
    tags: record.tags.map(([name, value]) => ({ name, value })),
  });
}
