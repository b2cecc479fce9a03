import { chooseOwners, extend, readLater, type Choice, type OwnerSet } from './owner-set.ts';
import type { Snapshot } from './snapshot.ts';

/** A set that is so many metrics old is replaced by one that has them; one much older is of no more use. */
const RENEWED_METRICS = 4_096;
const LONGEST_METRICS = 50_000;

/** How many characters of ids and keys are remembered; an id has about six. */
const KEPT_CHARACTERS = 4_000_000;

interface Remembered {
  set: OwnerSet;
  /** Its ids, once they were asked for. */
  members: Set<string> | undefined;
}

/** No choice is free, though nothing may fit it. */
function weightOf(key: string, { ids }: OwnerSet): number {
  return 100 + key.length + ids.length;
}

function idsIn({ ids }: OwnerSet): string[] {
  return ids.slice(1, -1).split(',');
}

/**
 * Remembers which tests fit a choice that takes long to make, such as that of all tests with a part in their name, and how
 * many metrics they have. The rows of tests never change, so what was true up to a metric stays true until retention
 * removes metrics; later ones are looked at one by one, as those after the fold are.
 */
export function createOwnerSets() {
  const remembered = new Map<string, Remembered>();
  let characters = 0;

  function forget(key: string): void {
    const found = remembered.get(key);
    if (found !== undefined) characters -= weightOf(key, found.set);
    remembered.delete(key);
  }

  function remember(key: string, set: OwnerSet): void {
    forget(key);
    remembered.set(key, { set, members: undefined });
    characters += weightOf(key, set);
    for (const oldest of remembered.keys()) {
      if (characters <= KEPT_CHARACTERS) break;
      forget(oldest);
    }
  }

  return {
    /**
     * The tests or sessions of a choice, with all of their metrics. Those of tests are remembered where there is a key that
     * tells the choice from others; sessions change when they are posted.
     */
    async get(snapshot: Snapshot, choice: Choice, key: string | undefined): Promise<OwnerSet> {
      const { newest, removed } = snapshot;
      const found = remembered.get(key ?? '');
      const age = newest - (found?.set.upTo ?? -Infinity);
      // A replica may be behind what another server told.
      const isOfUse = age >= 0 && age <= LONGEST_METRICS && found?.set.removed === removed;
      const known = isOfUse ? found : undefined;
      const set = known?.set ?? (await chooseOwners(snapshot, choice));
      const later = await readLater(snapshot, choice, set);
      if (known !== undefined && later.count > 0) known.members ??= new Set(idsIn(known.set));
      const fresh = later.ids.filter((id) => known?.members?.has(id) === false);
      const current = extend(set, later, fresh, newest);
      const isOld = age > RENEWED_METRICS || (found !== undefined && found.set.removed < removed);
      if (key !== undefined && isOld) remember(key, current);
      return current;
    },

    /** Forgets all: another primary may give the ids of rows that never reached it to others. */
    clear(): void {
      remembered.clear();
      characters = 0;
    },
  };
}

export type OwnerSets = ReturnType<typeof createOwnerSets>;
