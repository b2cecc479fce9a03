/** A wait that can be cut short, also before it begins. */
export interface Bell {
  ring(): void;
  /** Resolves after so long, or when the bell has been rung since the last wait. */
  wait(ms: number): Promise<void>;
}

export function createBell(): Bell {
  let rung = false;
  let hear: (() => void) | undefined;
  return {
    ring() {
      rung = true;
      hear?.();
    },
    async wait(ms) {
      if (!rung) {
        const { promise, resolve } = Promise.withResolvers<void>();
        const timer = setTimeout(resolve, ms);
        hear = resolve;
        await promise;
        clearTimeout(timer);
      }
      rung = false;
      hear = undefined;
    },
  };
}
