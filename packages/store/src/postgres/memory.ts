import { createFragments } from './fragments.ts';
import { createOwnerSets } from './owner-sets.ts';

/**
 * What a reader remembers of a store. It stays true as long as its rows stay: a primary that took over without the last
 * of the log may give the ids of lost rows to others.
 */
export function createMemory() {
  const fragments = createFragments();
  const sets = createOwnerSets();

  return {
    fragments,
    sets,
    forget(): void {
      fragments.clear();
      sets.clear();
    },
  };
}

export type Memory = ReturnType<typeof createMemory>;
