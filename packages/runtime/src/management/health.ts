/** Finds out whether a part of a service works. Rejects with the reason where it does not. */
export type Probe = () => Promise<unknown>;

/** What a part of a service is found to be. */
export type Condition = { readonly ok: true } | { readonly ok: false; readonly reason: string };

/** Whether a service can do its work, and what each of its parts is like. */
export interface Readiness {
  readonly ready: boolean;
  readonly parts: Readonly<Record<string, Condition>>;
}

/** Whether a service is fit for work. */
export interface Health {
  /** Takes 2 s at most; what was found within the last second is not looked for again. */
  readiness(): Promise<Readiness>;
  /** From now on the service is not ready: it is about to end. */
  stop(): void;
}

/** How long a part may take to answer. */
const PATIENCE_MS = 2_000;

/** However often is asked, each part is looked at once in so long. */
const FRESH_MS = 1_000;

function watch(probe: Probe): () => Promise<Condition> {
  let last: Condition = { ok: true };
  let endedAt = -Infinity;
  let running: Promise<Condition> | undefined;

  async function look(): Promise<Condition> {
    try {
      await probe();
      last = { ok: true };
    } catch (error) {
      last = { ok: false, reason: (error as Error).message };
    }
    endedAt = performance.now();
    running = undefined;
    return last;
  }

  return async () => {
    if (running === undefined && performance.now() - endedAt < FRESH_MS) return last;
    const { promise: late, resolve: giveUp } = Promise.withResolvers<void>();
    const timer = setTimeout(giveUp, PATIENCE_MS);
    const found = await Promise.race([(running ??= look()), late]);
    clearTimeout(timer);
    if (found !== undefined) return found;
    // What has failed before is likely to be what it waits for.
    return last.ok ? { ok: false, reason: `no answer within ${PATIENCE_MS / 1000} s` } : last;
  };
}

/** All parts work. */
export const everyPart = (parts: Readiness['parts']): boolean => Object.values(parts).every(({ ok }) => ok);

/** One of these parts works, at the least. */
export const onePartOf =
  (names: readonly string[]) =>
  (parts: Readiness['parts']): boolean =>
    names.some((name) => parts[name]?.ok === true);

/**
 * Watches the parts that a service is made of. `suffices` tells whether it can work with its parts as they are; unless
 * given, all of them must work.
 */
export function createHealth(
  probes: Readonly<Record<string, Probe>>,
  suffices: (parts: Readiness['parts']) => boolean = everyPart,
): Health {
  const watched = Object.entries(probes).map(([name, probe]) => [name, watch(probe)] as const);
  let stopping = false;

  return {
    async readiness() {
      const found = await Promise.all(watched.map(async ([name, look]) => [name, await look()] as const));
      const parts = Object.fromEntries(found);
      if (!stopping) return { ready: suffices(parts), parts };
      return { ready: false, parts: { ...parts, process: { ok: false, reason: 'it is stopping' } } };
    },
    stop() {
      stopping = true;
    },
  };
}
