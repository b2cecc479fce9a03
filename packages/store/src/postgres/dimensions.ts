import type { PoolClient } from 'pg';
import { integers, texts } from './arrays.ts';
import { identify, type Dimension } from './dimension-rows.ts';
import type { ReadyMetric, ReadyRecord } from './records.ts';

/** How many texts of one dimension are remembered. Beyond that everything is forgotten and looked up anew. */
const CACHE_LIMIT = 50_000;

/** Ids by the text that makes a row what it is. */
type Ids = Record<Dimension, Map<string, number>>;

const DIMENSIONS = ['component', 'test', 'session', 'context'] as const satisfies Dimension[];

function noIds(): Ids {
  return { component: new Map(), test: new Map(), session: new Map(), context: new Map() };
}

/** The ids of what some records refer to. */
export interface References {
  of(dimension: Dimension, text: string): number;
  /** Remembers what was new; after the commit only, because rows of a transaction that failed are gone. */
  keep(): void;
}

/** What of the texts of some records is not known yet; of a test its first metric, which has its texts. */
function unknownIn(known: Ids, records: readonly ReadyRecord[]) {
  const component = new Set<string>();
  const session = new Set<string>();
  const context = new Set<string>();
  const test = new Map<string, ReadyMetric>();
  for (const record of records) {
    if (record.type === 'metric') {
      const { value } = record;
      if (!known.component.has(value.component)) component.add(value.component);
      if (!known.session.has(value.session_h)) session.add(value.session_h);
      if (!known.context.has(value.context_h)) context.add(value.context_h);
      if (!known.test.has(record.test) && !test.has(record.test)) test.set(record.test, record);
    } else if (record.type === 'session') {
      if (!known.session.has(record.value.session_h)) session.add(record.value.session_h);
    } else if (!known.context.has(record.value.h)) context.add(record.value.h);
  }
  return { component, test, session, context };
}

/** The ids of what metrics have in common. Rows are made on first sight, and ids are remembered. */
export function createDimensions() {
  let known = noIds();

  function keep(fresh: Ids): void {
    for (const dimension of DIMENSIONS) {
      for (const [text, id] of fresh[dimension]) known[dimension].set(text, id);
    }
    // Transactions that run hold on to what they started with.
    if (DIMENSIONS.some((dimension) => known[dimension].size > CACHE_LIMIT)) known = noIds();
  }

  return {
    /** Finds or makes everything that records refer to, within a transaction. */
    async resolve(client: PoolClient, records: readonly ReadyRecord[]): Promise<References> {
      const before = known;
      const unknown = unknownIn(before, records);
      const fresh = noIds();

      function idOf(dimension: Dimension, text: string): number {
        const id = before[dimension].get(text) ?? fresh[dimension].get(text);
        if (id === undefined) throw new Error(`no row of ${dimension} was made for ${text}`);
        return id;
      }

      async function resolveTests(): Promise<void> {
        fresh.test = await identify(client, 'test', unknown.test.keys(), (wanted) => {
          const metrics = wanted.map((identity) => (unknown.test.get(identity) as ReadyMetric).value);
          return [
            texts(metrics.map(({ item }) => item)),
            texts(metrics.map(({ item_variant }) => item_variant)),
            texts(metrics.map(({ item_path }) => item_path)),
            texts(metrics.map(({ item_fs_loc }) => item_fs_loc)),
            texts(metrics.map(({ kind }) => kind)),
            integers(metrics.map(({ component }) => idOf('component', component))),
          ];
        });
      }

      // One table after the other, always in this order: see `identify`.
      for (const name of ['component', 'session', 'context'] as const) {
        fresh[name] = await identify(client, name, unknown[name], (wanted) => [texts(wanted)]);
      }
      await resolveTests();
      return { of: idOf, keep: () => keep(fresh) };
    },
  };
}

export type Dimensions = ReturnType<typeof createDimensions>;
