import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';

export interface Crowd {
  /** How many connections there are. */
  size: () => number;
  close: () => void;
}

const DRIP_MS = 5_000;
const REOPEN_MS = 1_000;
const AT_ONCE = 200;

/**
 * Opens connections and keeps them: each sends `head` and then a byte now and then, or nothing at all where it sends no
 * head. One that the server closes is opened anew.
 */
export const openCrowd = async (port: number, wanted: number, head: string): Promise<Crowd> => {
  const sockets = new Set<Socket>();
  let isClosing = false;

  const open = (): Socket => {
    const socket = connect(port, '127.0.0.1', () => head !== '' && socket.write(head));
    sockets.add(socket);
    socket.on('error', () => undefined);
    socket.on('close', () => {
      sockets.delete(socket);
      if (!isClosing) setTimeout(open, REOPEN_MS);
    });
    socket.resume();
    return socket;
  };

  for (let opened = 0; opened < wanted; opened += AT_ONCE) {
    const some = Array.from({ length: Math.min(AT_ONCE, wanted - opened) }, open);
    await Promise.race([Promise.allSettled(some.map((socket) => once(socket, 'connect'))), sleep(5_000)]);
  }
  const drip = setInterval(() => {
    if (head !== '') for (const socket of sockets) if (socket.writable) socket.write('x');
  }, DRIP_MS);
  return {
    size: () => [...sockets].filter(({ readyState }) => readyState === 'open').length,
    close() {
      isClosing = true;
      clearInterval(drip);
      for (const socket of sockets) socket.destroy();
    },
  };
};
