import type { Selection } from '../entities/selection.ts';
import { sessionOf, type Session } from '../entities/session.ts';
import { sessionFrame } from '../frame/entity-frames.ts';
import type { Frame } from '../frame/frame.ts';
import type { SessionRecord } from '../records.ts';
import { loadFrom, type FileOptions } from '../serial/files.ts';
import type { Format } from '../serial/format.ts';
import { recordsOf } from '../serial/reading.ts';
import { sessionSection, type Section } from '../serial/sections.ts';
import { Keyed } from './keyed.ts';

/** Sessions by their hashes. */
export class Sessions extends Keyed<Session, SessionRecord> {
  /** The sessions of exactly this reference into the source code management, in a new collection. */
  withScm(scm: string): Sessions {
    return this.filterWith((session) => session.scm === scm);
  }

  /**
   * The sessions for which all of this holds, in a new collection: a name stands for a tag that is there and not
   * empty, an object for tags that have exactly these values.
   */
  withTags(...conditions: (string | Readonly<Record<string, string>>)[]): Sessions {
    const tags = conditions.flatMap((condition): (readonly [name: string, value?: string])[] =>
      typeof condition === 'string' ? [[condition]] : Object.entries(condition),
    );
    return this.filterWith((session) => tags.every(([name, value]) => session.hasTag(name, value)));
  }

  /** Reads the sessions of a file (Node.js only). */
  static async load(path: string, options: FileOptions = {}): Promise<Sessions> {
    const sessions = new Sessions();
    for await (const record of loadFrom(path, sessionSection, options)) sessions.add(sessionOf(record));
    return sessions;
  }

  /** Reads the sessions of a text; throws a FormatError where it has not the form. */
  static async loads(text: string, format: Format): Promise<Sessions> {
    const records = await recordsOf(format, sessionSection, text);
    return new Sessions(Iterator.from(records).map(sessionOf));
  }

  /** @internal */
  protected override like(entities: Iterable<readonly [string, Session]>): this {
    const sessions = new Sessions();
    for (const [h, session] of entities) sessions.set(h, session);
    return sessions as this;
  }

  /** @internal */
  protected override section(): Section<SessionRecord> {
    return sessionSection;
  }

  /** @internal */
  protected override frame(selection: Selection): Frame {
    return sessionFrame([...this.values()], selection);
  }
}
