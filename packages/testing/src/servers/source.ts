/** A server that all tests of a run share. */
export type Shared = { uri: string; close: () => Promise<void> };

/** One place something may come from: `open` gives undefined where it has none, and fails where it is broken. */
export type Source<T> = { name: string; open: () => T | undefined | Promise<T | undefined> };

/** Nothing was to be had anywhere; the message says what is needed, what to do, and what was tried. */
class Missing extends Error {
  readonly tried: readonly string[];

  constructor(what: string, advice: string, tried: readonly string[]) {
    super([`the tests need ${what}. ${advice}`, ...tried.map((line) => `  ${line}`)].join('\n'));
    this.tried = tried;
  }
}

/** What the first source gives that has any; rejects with one error about all of them. */
export const firstOf = async <T>(what: string, advice: string, sources: readonly Source<T>[]): Promise<T> => {
  const tried: string[] = [];
  for (const { name, open } of sources) {
    try {
      const found = await open();
      if (found !== undefined) return found;
      tried.push(`${name}: none`);
    } catch (error) {
      // A source may have sources of its own.
      if (error instanceof Missing) tried.push(...error.tried);
      else tried.push(`${name}: ${error instanceof Error ? error.message : String(error)}`);
    }
  }
  throw new Missing(what, advice, tried);
};
