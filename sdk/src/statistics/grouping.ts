/** A number from 0 to `size`, not included, for each row; a row with a negative one belongs to no group. */
export interface CodeColumn {
  readonly codes: Uint32Array | Int32Array;
  readonly size: number;
}

/** Rows that are put together. Groups are numbered in the order of their first rows. */
export interface Grouping {
  readonly count: number;
  /** The group of each row, -1 of one that belongs to none. */
  readonly groups: Int32Array;
  /** The first row of each group. */
  readonly firstRows: readonly number[];
}

function groupsOf({ codes, size }: CodeColumn): Grouping {
  const groups = new Int32Array(codes.length);
  const groupOf = new Int32Array(size).fill(-1);
  const firstRows: number[] = [];
  for (let row = 0; row < codes.length; row++) {
    const code = codes[row] ?? -1;
    let group = code < 0 ? -1 : (groupOf[code] ?? -1);
    if (group < 0 && code >= 0) {
      groupOf[code] = group = firstRows.length;
      firstRows.push(row);
    }
    groups[row] = group;
  }
  return { count: firstRows.length, groups, firstRows };
}

/** Divides groups by another column. */
function divided({ count, groups: outer }: Grouping, { codes, size }: CodeColumn): Grouping {
  const groups = new Int32Array(codes.length).fill(-1);
  const firstRows: number[] = [];
  // Most columns say nothing new of a group, as the file of a test does: only what differs from the group's first row
  // goes through a `Map`, which takes ten times as long.
  const firstCodes = new Int32Array(count).fill(-1);
  const firstGroups = new Int32Array(count);
  const others = new Map<number, number>();
  for (let row = 0; row < codes.length; row++) {
    const group = outer[row] ?? -1;
    const code = codes[row] ?? -1;
    if (group < 0 || code < 0) continue;
    const firstCode = firstCodes[group] ?? -1;
    if (code === firstCode) {
      groups[row] = firstGroups[group] ?? -1;
      continue;
    }
    const key = group * size + code;
    let part = firstCode < 0 ? undefined : others.get(key);
    if (part === undefined) {
      part = firstRows.push(row) - 1;
      if (firstCode < 0) {
        firstCodes[group] = code;
        firstGroups[group] = part;
      } else others.set(key, part);
    }
    groups[row] = part;
  }
  return { count: firstRows.length, groups, firstRows };
}

/** Groups of rows that are alike in all columns, of which there must be one at least. Takes time linear in the rows. */
export function groupBy(first: CodeColumn, ...others: readonly CodeColumn[]): Grouping {
  return others.reduce(divided, groupsOf(first));
}

/** A grouping as a column, to group by it together with others. */
export function groupColumn({ groups, count }: Grouping): CodeColumn {
  return { codes: groups, size: count };
}

/** Values of groups, one group behind another. */
export interface Partition {
  readonly values: Float64Array;
  /** Group `g` has the values from `starts[g]` up to, but not including, `starts[g + 1]`. */
  readonly starts: Uint32Array;
}

/** Puts the values of each group together, in the order of rows; values that are NaN were not recorded and left out. */
export function partition(groups: Int32Array, count: number, values: Float64Array): Partition {
  // One place further than where a group starts: there the next value of the group before goes, and after all of them
  // each start stands where it belongs.
  const starts = new Uint32Array(count + 2);
  const { length } = groups;
  for (let row = 0; row < length; row++) {
    const group = groups[row] ?? -1;
    const value = values[row] ?? 0;
    if (group >= 0 && value === value) starts[group + 2] = (starts[group + 2] ?? 0) + 1;
  }
  for (let group = 2; group < starts.length; group++) {
    starts[group] = (starts[group] ?? 0) + (starts[group - 1] ?? 0);
  }
  const gathered = new Float64Array(starts[count + 1] ?? 0);
  for (let row = 0; row < length; row++) {
    const group = groups[row] ?? -1;
    const value = values[row] ?? 0;
    if (group < 0 || value !== value) continue;
    const at = starts[group + 1] ?? 0;
    gathered[at] = value;
    starts[group + 1] = at + 1;
  }
  return { values: gathered, starts: starts.subarray(0, count + 1) };
}
