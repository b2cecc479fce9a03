import type { Socket } from 'node:net';

const SWEEP_MS = 1_000;

/**
 * Closes connections on which a body does not arrive within so many seconds. One timer looks after all of them: a
 * timer for each request would cost more than reading most bodies does.
 */
export function watchArrivals(timeout: number) {
  const deadlines = new Map<Socket, number>();
  const sweep = setInterval(() => {
    const now = performance.now();
    for (const [socket, deadline] of deadlines) {
      if (deadline > now && !socket.destroyed) continue;
      deadlines.delete(socket);
      socket.destroy();
    }
  }, SWEEP_MS);
  sweep.unref();

  return {
    begin(socket: Socket): void {
      deadlines.set(socket, performance.now() + timeout * 1000);
    },
    /** The body is there: from here the post waits for the store, for as long as that takes. */
    end(socket: Socket): void {
      deadlines.delete(socket);
      socket.setTimeout(0);
    },
    close(): void {
      clearInterval(sweep);
    },
  };
}
