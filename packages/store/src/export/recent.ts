/**
 * Keeps what was used last, up to a size in all, and some of what was used before. A few long texts may take the room of
 * thousands of short ones, so it is the size that counts.
 */
export function createRecent<Key, Value>(limit: number, sizeOf: (value: Value) => number) {
  let newer = new Map<Key, Value>();
  let older: ReadonlyMap<Key, Value> = new Map();
  let size = 0;

  function set(key: Key, value: Value): void {
    if (size > limit / 2) {
      older = newer;
      newer = new Map();
      size = 0;
    }
    newer.set(key, value);
    size += sizeOf(value);
  }

  return {
    get(key: Key): Value | undefined {
      const found = newer.get(key);
      if (found !== undefined) return found;
      const before = older.get(key);
      if (before !== undefined) set(key, before);
      return before;
    },
    set,
  };
}
