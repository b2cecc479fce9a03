import { connect, type Socket } from 'node:net';

/** What came of one request: a status, or the code of the error that ended its connection. */
export type Outcome = number | string;

export interface Client {
  port: number;
  /** A new connection for every request, closed by this side: what pytest-monitor does. */
  isFresh: boolean;
  /** The next request, or nothing when it is time to end. */
  next: () => Buffer | undefined;
  /** Milliseconds to wait before the next request is asked for; without it none are waited. */
  pause?: (() => number) | undefined;
  done: (outcome: Outcome, milliseconds: number) => void;
}

const status = (head: string): number => Number(head.slice(9, 12));

/** Length of the whole answer, NaN while its head is not there or it names no length. */
const answerLength = (bytes: Buffer): number => {
  const end = bytes.indexOf('\r\n\r\n');
  if (end < 0) return Number.NaN;
  const head = bytes.toString('latin1', 0, end + 2);
  const at = head.indexOf('ontent-length: ');
  return at < 0 ? Number.NaN : end + 4 + Number(head.slice(at + 15, head.indexOf('\r', at)));
};

const says = (bytes: Buffer, text: string): boolean => bytes.subarray(0, 400).includes(text);

/**
 * One client that posts one request after another until `next` gives none; resolves when its last answer
 * is there. Raw sockets, because the load generator shares the processor with what it measures.
 */
export const runClient = ({ port, isFresh, next, pause, done }: Client): Promise<void> =>
  new Promise((finish) => {
    const buffer = Buffer.allocUnsafe(16_384);
    let socket: Socket | undefined;
    let partial: Buffer | undefined;
    let begin = 0;
    let isPausing = false;

    const open = (request: Buffer): void => {
      let isOver = false;
      const over = (code: string): void => {
        if (isOver) return;
        isOver = true;
        if (socket !== own) return;
        socket = undefined;
        partial = undefined;
        // Closed while it was idle: the next request opens another.
        if (isPausing) return;
        done(code, performance.now() - begin);
        // A server that refuses would otherwise be asked in a tight loop.
        setTimeout(step, 20);
      };
      const own = connect({
        port,
        host: '127.0.0.1',
        noDelay: true,
        onread: { buffer, callback: (length) => receive(length) },
      });
      own.on('error', (error: NodeJS.ErrnoException) => over(error.code ?? 'unknown'));
      own.on('close', () => over('closed'));
      own.setTimeout(70_000, () => {
        over('timeout');
        own.destroy();
      });
      socket = own;
      own.write(request);
    };

    const receive = (length: number): boolean => {
      const chunk = buffer.subarray(0, length);
      const answer = partial ? Buffer.concat([partial, chunk]) : chunk;
      if (!(answer.length >= answerLength(answer))) {
        partial = Buffer.from(answer);
        return true;
      }
      partial = undefined;
      if (socket && (isFresh || says(answer, 'onnection: close'))) {
        const answered = socket;
        socket = undefined;
        answered.destroy();
      }
      done(status(answer.toString('latin1', 0, 12)), performance.now() - begin);
      step();
      return true;
    };

    const step = (): void => {
      const wait = pause?.() ?? 0;
      if (wait <= 0) {
        send();
        return;
      }
      isPausing = true;
      setTimeout(() => {
        isPausing = false;
        send();
      }, wait);
    };

    const send = (): void => {
      const request = next();
      if (!request) {
        socket?.destroy();
        socket = undefined;
        finish();
        return;
      }
      begin = performance.now();
      if (socket) socket.write(request);
      else open(request);
    };

    step();
  });
