import { once } from 'node:events';
import { copyFileSync, mkdtempSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { connect, type TLSSocket } from 'node:tls';
import { fileURLToPath } from 'node:url';
import { pino } from 'pino';
import { afterAll, describe, expect, test } from 'vitest';
import { loadCertificate } from '../src/config/certificate.ts';
import { followCertificate, secureOptions } from '../src/http/tls.ts';

const folder = mkdtempSync(join(tmpdir(), 'tls-'));
afterAll(() => rmSync(folder, { recursive: true }));

const fixture = (name: string): string => fileURLToPath(new URL(`./fixtures/${name}`, import.meta.url));
const other = (name: string): string =>
  fileURLToPath(new URL(`../../testing/certificate/${name}`, import.meta.url));

const paths = { cert: join(folder, 'cert.pem'), key: join(folder, 'key.pem') };

/** Puts a file in place the way certbot does: the new one takes the name over. */
function place(from: string, to: string): void {
  copyFileSync(from, `${to}.new`);
  renameSync(`${to}.new`, to);
}

async function shake(port: number, options: object = {}): Promise<TLSSocket> {
  const socket = connect({ port, host: '127.0.0.1', rejectUnauthorized: false, ...options });
  await once(socket, 'secureConnect');
  return socket;
}

async function serialAt(port: number): Promise<string> {
  const socket = await shake(port);
  const { serialNumber } = socket.getPeerCertificate();
  socket.destroy();
  return serialNumber;
}

describe('a server with a certificate', () => {
  test('takes on another one without a restart, and keeps what it has where that cannot be used', async () => {
    place(fixture('server.pem'), paths.cert);
    place(fixture('server.key'), paths.key);
    const certificate = loadCertificate(`${paths.cert},${paths.key}`, folder);
    const lines: string[] = [];
    const logger = pino({}, { write: (line: string) => lines.push(line) });
    const server = createServer(secureOptions(certificate), (_, response) => response.end('x'));
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    const { port } = server.address() as AddressInfo;
    const follower = followCertificate(server, certificate, logger, 5);
    const said = async (text: string): Promise<void> => {
      while (!lines.some((line) => line.includes(text))) await sleep(5);
    };
    try {
      const first = await serialAt(port);
      const kept = await shake(port);
      // The key comes later than its certificate: until then they do not belong together.
      place(other('server.pem'), paths.cert);
      await said('cannot be used');
      expect(await serialAt(port)).toBe(first);
      place(other('server.key'), paths.key);
      await said('was loaded again');
      expect(await serialAt(port)).not.toBe(first);
      // Whoever was connected goes on.
      kept.write('GET / HTTP/1.1\r\nhost: x\r\n\r\n');
      expect(String((await once(kept, 'data'))[0])).toMatch(/^HTTP\/1.1 200/);
      kept.destroy();
      writeFileSync(paths.cert, 'nonsense');
      await sleep(30);
      expect(await serialAt(port)).not.toBe(first);
      expect(lines.join()).not.toContain('PRIVATE');
      const secret = readFileSync(other('server.key'), 'utf8').split('\n')[1] ?? '';
      expect(lines.join()).not.toContain(secret);
    } finally {
      follower.close();
      server.close();
    }
  });

  test('speaks TLS 1.2 and 1.3, and nothing older', async () => {
    const certificate = loadCertificate(`${fixture('server.pem')},${fixture('server.key')}`, folder);
    const server = createServer(secureOptions(certificate)).listen(0, '127.0.0.1');
    await once(server, 'listening');
    const { port } = server.address() as AddressInfo;
    const old = { ciphers: 'DEFAULT:@SECLEVEL=0' };
    try {
      for (const version of ['TLSv1.2', 'TLSv1.3'] as const) {
        const socket = await shake(port, { minVersion: version, maxVersion: version });
        expect(socket.getProtocol()).toBe(version);
        socket.destroy();
      }
      for (const version of ['TLSv1', 'TLSv1.1'] as const) {
        await expect(shake(port, { ...old, minVersion: version, maxVersion: version })).rejects.toThrow(
          /alert|protocol/i,
        );
      }
    } finally {
      server.close();
    }
  });
});
