import { connect } from 'node:net';

export type Exchange = { status: number; head: string; body: string };

/**
 * Writes `bytes` to a new connection exactly as given and reads until the server closes it; say
 * `connection: close` in the head. For requests no HTTP client would send. `status` is 0 where the server
 * closed without an answer.
 */
export const exchange = (base: string, bytes: string | Uint8Array, timeout = 5000): Promise<Exchange> =>
  new Promise((resolve, reject) => {
    const { hostname, port } = new URL(base);
    const socket = connect(Number(port), hostname, () => socket.write(bytes));
    const chunks: Buffer[] = [];
    const settle = () => {
      const text = Buffer.concat(chunks).toString();
      const [head = '', ...rest] = text.split('\r\n\r\n');
      resolve({
        status: Number(/^HTTP\/1\.1 (\d{3})/.exec(head)?.[1] ?? 0),
        head,
        body: rest.join('\r\n\r\n'),
      });
    };
    socket.setTimeout(timeout, () => {
      reject(new Error(`the connection stayed open: ${Buffer.concat(chunks).toString()}`));
      socket.destroy();
    });
    socket.on('data', (chunk) => chunks.push(chunk));
    // A reset after the answer is how a server drops a request it will not read to the end.
    socket.on('error', (error) => (chunks.length > 0 ? settle() : reject(error)));
    socket.on('close', settle);
  });
