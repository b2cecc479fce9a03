import { contextOf, type Context } from '../entities/context.ts';
import type { Selection } from '../entities/selection.ts';
import { contextFrame } from '../frame/entity-frames.ts';
import type { Frame } from '../frame/frame.ts';
import type { ContextRecord } from '../records.ts';
import { loadFrom, type FileOptions } from '../serial/files.ts';
import type { Format } from '../serial/format.ts';
import { recordsOf } from '../serial/reading.ts';
import { contextSection, type Section } from '../serial/sections.ts';
import { Keyed } from './keyed.ts';

/** Execution contexts by their hashes. */
export class Contexts extends Keyed<Context, ContextRecord> {
  /** Reads the contexts of a file (Node.js only). */
  static async load(path: string, options: FileOptions = {}): Promise<Contexts> {
    const contexts = new Contexts();
    for await (const record of loadFrom(path, contextSection, options)) contexts.add(contextOf(record));
    return contexts;
  }

  /** Reads the contexts of a text; throws a FormatError where it has not the form. */
  static async loads(text: string, format: Format): Promise<Contexts> {
    const records = await recordsOf(format, contextSection, text);
    return new Contexts(Iterator.from(records).map(contextOf));
  }

  /** @internal */
  protected override like(entities: Iterable<readonly [string, Context]>): this {
    const contexts = new Contexts();
    for (const [h, context] of entities) contexts.set(h, context);
    return contexts as this;
  }

  /** @internal */
  protected override section(): Section<ContextRecord> {
    return contextSection;
  }

  /** @internal */
  protected override frame(selection: Selection): Frame {
    return contextFrame([...this.values()], selection);
  }
}
