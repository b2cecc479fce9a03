import { once } from 'node:events';
import { connect, type AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';
import { setImmediate as nextTurn } from 'node:timers/promises';
import { pino } from 'pino';
import { expect, test } from 'vitest';
import { closeHttpApp, createHttpApp, serveRoutes } from '../src/http/index.ts';

const CLIENTS = 50;

test('those who have connected when a stop begins are answered, and nobody after them', async () => {
  const app = createHttpApp({ logger: pino({ level: 'silent' }), timeout: 5 });
  serveRoutes(
    app,
    ({ name }) => name === 'countMetrics',
    async () => ({ count: 0 }),
  );
  await app.listen({ port: 0, host: '127.0.0.1' });
  const { port } = app.server.address() as AddressInfo;
  const ask = (): Promise<string> => {
    const socket = connect(port, '127.0.0.1');
    socket.end('GET /metrics/count HTTP/1.1\r\nhost: x\r\n\r\n');
    return text(socket).then((answer) => answer.slice(0, 12), String);
  };
  await nextTurn();
  // Node connects before the loop turns, so all of them wait to be accepted when the stop begins.
  const answers = Array.from({ length: CLIENTS }, ask);
  await Promise.resolve();
  await closeHttpApp(app);
  expect(new Set(await Promise.all(answers))).toEqual(new Set(['HTTP/1.1 200']));
  await expect(once(connect(port, '127.0.0.1'), 'connect')).rejects.toThrow('ECONNREFUSED');
});
