import type { PoolClient } from 'pg';
import { integers, texts } from './arrays.ts';
import { identify, type Dimension } from './dimension-rows.ts';
import type { Primary } from './primary.ts';
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

/** Finds or makes everything that records refer to, within a transaction. */
export type Resolve = (records: readonly ReadyRecord[]) => Promise<References>;

/** The sessions and contexts of some records that are not known yet. */
function unknownHashesIn(known: Ids, records: readonly ReadyRecord[]) {
  const session = new Set<string>();
  const context = new Set<string>();
  for (const { type, value } of records) {
    if (type !== 'context' && !known.session.has(value.session_h)) session.add(value.session_h);
    if (type === 'context' && !known.context.has(value.h)) context.add(value.h);
    if (type === 'metric' && !known.context.has(value.context_h)) context.add(value.context_h);
  }
  return { session, context };
}

/** The same of components, and of tests; of each test its first metric, which has its texts. */
function unknownTestsIn(known: Ids, records: readonly ReadyRecord[]) {
  const component = new Set<string>();
  const test = new Map<string, ReadyMetric>();
  for (const record of records) {
    if (record.type !== 'metric') continue;
    if (!known.component.has(record.value.component)) component.add(record.value.component);
    if (!known.test.has(record.test) && !test.has(record.test)) test.set(record.test, record);
  }
  return { component, test };
}

/** The ids of what metrics have in common. Rows are made on first sight, and ids are remembered. */
export function createDimensions() {
  let incarnation = '';
  let known = noIds();

  /** What is known of an incarnation: another one may have lost rows, and given their ids to others. */
  function knownOf(current: string): Ids {
    if (incarnation !== current) known = noIds();
    incarnation = current;
    return known;
  }

  /** Remembers what was made since `before` was known, unless that is forgotten. */
  function keep(before: Ids, fresh: Partial<Ids>): void {
    if (before !== known) return;
    for (const dimension of DIMENSIONS) {
      for (const [text, id] of fresh[dimension] ?? []) known[dimension].set(text, id);
    }
    // Transactions that run hold on to what they started with.
    if (DIMENSIONS.some((dimension) => known[dimension].size > CACHE_LIMIT)) known = noIds();
  }

  async function identifyHashes(client: PoolClient, before: Ids, records: readonly ReadyRecord[]) {
    const unknown = unknownHashesIn(before, records);
    const session = await identify(client, 'session', unknown.session, (wanted) => [texts(wanted)]);
    const context = await identify(client, 'context', unknown.context, (wanted) => [texts(wanted)]);
    return { session, context };
  }

  async function identifyTests(client: PoolClient, before: Ids, records: readonly ReadyRecord[]) {
    const unknown = unknownTestsIn(before, records);
    const component = await identify(client, 'component', unknown.component, (wanted) => [texts(wanted)]);
    const componentOf = ({ component: name }: ReadyMetric['value']): number =>
      before.component.get(name) ?? (component.get(name) as number);
    const test = await identify(client, 'test', unknown.test.keys(), (wanted) => {
      const metrics = wanted.map((identity) => (unknown.test.get(identity) as ReadyMetric).value);
      return [
        texts(metrics.map(({ item }) => item)),
        texts(metrics.map(({ item_variant }) => item_variant)),
        texts(metrics.map(({ item_path }) => item_path)),
        texts(metrics.map(({ item_fs_loc }) => item_fs_loc)),
        texts(metrics.map(({ kind }) => kind)),
        integers(metrics.map(componentOf)),
      ];
    });
    return { component, test };
  }

  return {
    /**
     * Makes the sessions and contexts that are new, as stubs, in a transaction of its own: were they made in that of
     * their records, whoever else has records of the same would wait until that is committed.
     */
    async introduce(primary: Primary, records: readonly ReadyRecord[]): Promise<void> {
      const { session, context } = unknownHashesIn(known, records);
      if (session.size === 0 && context.size === 0) return;
      const { before, fresh } = await primary.transact(
        async (client, { incarnation: current }) => {
          const before = knownOf(current);
          return { before, fresh: await identifyHashes(client, before, records) };
        },
        // What refers to them is committed later, so it is on the disk only if they are.
        { settings: { synchronous_commit: 'off' } },
      );
      keep(before, fresh);
    },

    within:
      (client: PoolClient, current: string): Resolve =>
      async (records) => {
        const before = knownOf(current);
        // One table after the other, always in this order: see `identify`.
        const fresh: Ids = {
          ...(await identifyHashes(client, before, records)),
          ...(await identifyTests(client, before, records)),
        };
        return {
          of(dimension, text) {
            const id = before[dimension].get(text) ?? fresh[dimension].get(text);
            if (id === undefined) throw new Error(`no row of ${dimension} was made for ${text}`);
            return id;
          },
          keep: () => keep(before, fresh),
        };
      },
  };
}
