import type { Worker } from 'node:cluster';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Answers, FromChild, Role, ToChild } from './messages.ts';

/** A child process, and what it is for. */
export interface Child {
  readonly worker: Worker;
  readonly role: Role;
}

/** What a child process said. */
export interface Reply<What extends keyof Answers> {
  readonly role: Role;
  /** `undefined` where it did not answer in time. */
  readonly value: Answers[What] | undefined;
}

/** Longer than a child looks at its parts. */
const PATIENCE_MS = 3_000;

/** Asks all child processes that there are at the time. */
export function createInquiry(children: Iterable<Child>) {
  const open = new Map<number, (value: Answers[keyof Answers]) => void>();
  let lastNumber = 0;

  async function askOne(child: Worker, what: keyof Answers): Promise<Answers[keyof Answers] | undefined> {
    if (!child.isConnected()) return undefined;
    const number = ++lastNumber;
    const { promise, resolve } = Promise.withResolvers<Answers[keyof Answers]>();
    open.set(number, resolve);
    child.send({ type: 'ask', number, what } satisfies ToChild, () => undefined);
    try {
      return await Promise.race([promise, sleep(PATIENCE_MS, undefined, { ref: false })]);
    } finally {
      open.delete(number);
    }
  }

  return {
    ask<What extends keyof Answers>(what: What): Promise<Reply<What>[]> {
      return Promise.all(
        [...children].map(async ({ worker, role }) => {
          // A child answers what it was asked.
          const value = (await askOne(worker, what)) as Answers[What] | undefined;
          return { role, value };
        }),
      );
    },
    /** Takes what a child said; other messages are nothing to it. */
    hear(message: FromChild): void {
      if (message.type === 'answer') open.get(message.number)?.(message.value);
    },
  };
}
