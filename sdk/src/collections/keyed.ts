import type { Table as ArrowTable } from '@uwdata/flechette';
import type { ColumnTable } from 'arquero';
import type { Selection } from '../entities/selection.ts';
import { arrowOf } from '../frame/arrow.ts';
import { csvOf } from '../frame/csv.ts';
import type { Frame } from '../frame/frame.ts';
import { parquetOf } from '../frame/parquet.ts';
import { tableOf } from '../frame/table.ts';
import { dumpText, dumpTo, type FileOptions } from '../serial/files.ts';
import type { Format } from '../serial/format.ts';
import type { Section } from '../serial/sections.ts';
import type { InPlace } from './metrics.ts';

/** What sessions and contexts have in common. */
export interface KeyedEntity<R> {
  readonly h: string;
  toRecord(): R;
}

/** Entities by their hashes, in the order in which they were added: a `Map` that can be filtered and exported. */
export abstract class Keyed<E extends KeyedEntity<R>, R> extends Map<string, E> {
  constructor(entities: Iterable<E> = []) {
    super();
    for (const entity of entities) this.add(entity);
  }

  /** @internal A new collection of the same kind. */
  protected abstract like(entities: Iterable<readonly [string, E]>): this;
  /** @internal How the entities are written and read. */
  protected abstract section(): Section<R>;
  /** @internal The entities as columns. */
  protected abstract frame(selection: Selection): Frame;

  /** Adds an entity, in place of one with the same hash, and gives it back. */
  add(entity: E): E {
    this.set(entity.h, entity);
    return entity;
  }

  /** The entities for which a condition holds, in a new collection, or in this one where `inplace` is set. */
  filterWith(condition: (entity: E) => boolean, options: InPlace = {}): this {
    if (options.inplace !== true) return this.like(this.entries().filter(([, entity]) => condition(entity)));
    for (const [h, entity] of this) if (!condition(entity)) this.delete(h);
    return this;
  }

  /** The entities of this collection and another, in a new one; of two with the same hash, that of the other. */
  merge(other: ReadonlyMap<string, E>): this {
    return this.like([...this, ...other]);
  }

  /** An arquero table: a row for each entity, a column for each field and each tag. */
  toTable(selection: Selection = {}): Promise<ColumnTable> {
    return tableOf(this.frame(selection));
  }

  /** The columns of `toTable` as an Apache Arrow table. */
  toArrow(selection: Selection = {}): Promise<ArrowTable> {
    return arrowOf(this.frame(selection));
  }

  /** The columns of `toTable` as CSV, names in the first line. */
  toCSV(selection: Selection = {}): string {
    return [...csvOf(this.frame(selection))].join('');
  }

  /** The columns of `toTable` as a Parquet file. */
  toParquet(selection: Selection = {}): Promise<Uint8Array> {
    return parquetOf(this.frame(selection));
  }

  /** The entities by their hashes, under the name of the collection. */
  toJSON(): Record<string, Record<string, Record<string, unknown>>> {
    const section = this.section();
    const dicts = [...this].map(([h, entity]) => [h, section.dictOf(entity.toRecord())]);
    return { [section.name]: Object.fromEntries(dicts) };
  }

  /** Writes the collection to a file (Node.js only), which is there as a whole or not at all. */
  dump(path: string, options: FileOptions = {}): Promise<void> {
    return dumpTo(path, this.section(), this.#records(), options);
  }

  /** The collection as a text. */
  dumps(format: Format): Promise<string> {
    return dumpText(format, this.section(), this.#records());
  }

  #records(): Iterable<R> {
    return this.values().map((entity) => entity.toRecord());
  }
}
