import { integers } from './arrays.ts';
import { createGroups } from './extremes.ts';
import type { Facts } from './fold-facts.ts';

/**
 * How many metrics of one test or session share a block of level 1, and how many of those one of level 2. Smaller
 * blocks make rankings read fewer rows, larger ones make the fold write fewer.
 */
export const BLOCK_SIZE = 64;

const UNION_SIZE = BLOCK_SIZE * BLOCK_SIZE;

/** What metrics do to their tests, or sessions: the parameters of the statements that write it. */
export interface Changes {
  /** Ids of the owners, then GROUP_COLUMNS. */
  stats: Buffer[];
  /** Ids of the owners, numbers of the blocks, then GROUP_COLUMNS. */
  blocks: Buffer[];
  /** Ids of the owners and numbers of the blocks of level 2 that are full now; undefined where there are none. */
  unions: Buffer[] | undefined;
}

interface Owner {
  /** How many metrics it has, those before the fold included. */
  count: number;
  stat: number;
  block: number;
}

/**
 * `ids` are those of the owners of the facts, of which so many are different; `counts` says how many metrics each had
 * before, those that were removed included.
 */
export function changesOf(
  facts: Facts,
  ids: Int32Array,
  different: number,
  counts: ReadonlyMap<number, number>,
): Changes {
  const owners = new Map<number, Owner>();
  const stats = createGroups(different);
  // Each owner touches the block that it was in and those that it goes through.
  const blocks = createGroups(2 * different + Math.floor(ids.length / BLOCK_SIZE));
  const blockOwners: number[] = [];
  const blockNumbers: number[] = [];
  const unionOwners: number[] = [];
  const unionNumbers: number[] = [];
  const { values } = facts;
  const width = values.length / ids.length;

  function openBlock(id: number, count: number, metric: number, at: number): number {
    blockOwners.push(id);
    blockNumbers.push(Math.floor(count / BLOCK_SIZE));
    return blocks.open(metric, values, at);
  }

  for (let row = 0; row < ids.length; row++) {
    const id = ids[row] as number;
    const metric = facts.id[row] as number;
    const at = row * width;
    let owner = owners.get(id);
    if (owner === undefined) {
      const count = counts.get(id) ?? 0;
      owner = { count, stat: stats.open(metric, values, at), block: openBlock(id, count, metric, at) };
      owners.set(id, owner);
    } else {
      stats.add(owner.stat, metric, values, at);
      if (owner.count % BLOCK_SIZE === 0) owner.block = openBlock(id, owner.count, metric, at);
      else blocks.add(owner.block, metric, values, at);
    }
    owner.count++;
    if (owner.count % UNION_SIZE === 0) {
      unionOwners.push(id);
      unionNumbers.push(owner.count / UNION_SIZE - 1);
    }
  }

  return {
    stats: [integers([...owners.keys()]), ...stats.columns()],
    blocks: [integers(blockOwners), integers(blockNumbers), ...blocks.columns()],
    unions: unionOwners.length === 0 ? undefined : [integers(unionOwners), integers(unionNumbers)],
  };
}
