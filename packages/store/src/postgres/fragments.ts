import { createValues, type Snapshot } from './snapshot.ts';

/** What metrics refer to and are written with. */
type Dimension = 'test' | 'session' | 'context';

/** Texts by the id of their row, which is text too, because ids are only handed on. */
export type Fragments = ReadonlyMap<string, string>;

/** How many characters are kept ready. Texts are some hundred of them, but may be 64 KiB each. */
const KEPT_CHARACTERS = 8_000_000;

const COLUMNS = ['item_path', 'item', 'item_variant', 'item_fs_loc', 'kind', 'component'] as const;

const STATEMENTS: Record<Dimension, string> = {
  test: `SELECT test.id, item_path, item, item_variant, item_fs_loc, kind, component.name
    FROM test JOIN component ON component.id = component_id WHERE test.id = ANY ($1::integer[])`,
  session: 'SELECT id, h FROM session WHERE id = ANY ($1::integer[])',
  context: 'SELECT id, h FROM context WHERE id = ANY ($1::integer[])',
};

function membersOfTest(texts: readonly string[]): string {
  return COLUMNS.map((name, at) => `"${name}":${JSON.stringify(texts[at])}`).join(',');
}

/** The newest texts, up to a number of characters, and some of those before them. */
class RecentTexts {
  #newer = new Map<string, string>();
  #older: ReadonlyMap<string, string> = new Map();
  #characters = 0;

  get(id: string): string | undefined {
    const text = this.#newer.get(id);
    if (text !== undefined) return text;
    const older = this.#older.get(id);
    if (older !== undefined) this.set(id, older);
    return older;
  }

  set(id: string, text: string): void {
    if (this.#characters > KEPT_CHARACTERS / 2) {
      this.#older = this.#newer;
      this.#newer = new Map();
      this.#characters = 0;
    }
    this.#newer.set(id, text);
    this.#characters += text.length;
  }

  clear(): void {
    this.#newer.clear();
    this.#older = new Map();
    this.#characters = 0;
  }
}

/**
 * The JSON of what metrics refer to. It is kept, because these rows never change: of a test, its members of a
 * metric's object, of a session or context its hash.
 */
export function createFragments() {
  const kept: Record<Dimension, RecentTexts> = {
    test: new RecentTexts(),
    session: new RecentTexts(),
    context: new RecentTexts(),
  };

  return {
    /** Those of the rows with these ids. */
    async load(snapshot: Snapshot, dimension: Dimension, ids: ReadonlySet<string>): Promise<Fragments> {
      const found = new Map<string, string>();
      const missing: string[] = [];
      for (const id of ids) {
        const text = kept[dimension].get(id);
        if (text === undefined) missing.push(id);
        else found.set(id, text);
      }
      if (missing.length === 0) return found;
      const values = createValues();
      values.bind(missing);
      const rows = await snapshot.texts<[id: string, ...string[]]>(STATEMENTS[dimension], values);
      for (const [id, ...texts] of rows) {
        const text = dimension === 'test' ? membersOfTest(texts) : JSON.stringify(texts[0]);
        kept[dimension].set(id, text);
        found.set(id, text);
      }
      return found;
    },

    /** Forgets all: another primary may give the ids of rows that never reached it to others. */
    clear(): void {
      for (const texts of Object.values(kept)) texts.clear();
    },
  };
}

export type FragmentStore = ReturnType<typeof createFragments>;
