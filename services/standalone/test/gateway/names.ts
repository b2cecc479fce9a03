import { createSocket } from 'node:dgram';
import { once } from 'node:events';

/** A name server that knows addresses of the names it is told, and that these may be others a moment later. */
export interface Names {
  port: number;
  set: (name: string, addresses: readonly string[]) => void;
  close: () => void;
}

const header = 12;

/** The question's name, and where it ends. */
const readName = (message: Buffer): { name: string; end: number } => {
  const labels: string[] = [];
  let at = header;
  for (let length = message[at] ?? 0; length > 0; length = message[at] ?? 0) {
    labels.push(message.toString('latin1', at + 1, at + 1 + length));
    at += 1 + length;
  }
  // After the empty label, two bytes of type and two of class.
  return { name: labels.join('.'), end: at + 5 };
};

/** An address, under the name of the question, that may be kept for a second. */
const record = (address: string): Buffer =>
  Buffer.from([0xc0, header, 0, 1, 0, 1, 0, 0, 0, 1, 0, 4, ...address.split('.').map(Number)]);

export const openNames = async (): Promise<Names> => {
  const known = new Map<string, readonly string[]>();
  const socket = createSocket('udp4', (message, { port, address }) => {
    const { name, end } = readName(message);
    const addresses = known.get(name) ?? [];
    const head = Buffer.from(message.subarray(0, header));
    // An answer without error, or that there is no such name.
    head.writeUInt16BE(addresses.length > 0 ? 0x8180 : 0x8183, 2);
    head.writeUInt16BE(addresses.length, 6);
    head.writeUInt32BE(0, 8);
    socket.send(
      Buffer.concat([head, message.subarray(header, end), ...addresses.map(record)]),
      port,
      address,
    );
  });
  socket.bind(0, '127.0.0.1');
  await once(socket, 'listening');
  return {
    port: socket.address().port,
    set: (name, addresses) => known.set(name, addresses),
    close: () => socket.close(),
  };
};
