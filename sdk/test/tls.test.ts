import { readFileSync } from 'node:fs';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { createServer, type ServerOptions } from 'node:https';
import type { AddressInfo } from 'node:net';
import { buffer } from 'node:stream/consumers';
import type { TLSSocket } from 'node:tls';
import { gunzipSync } from 'node:zlib';
import { expect, onTestFinished, test } from 'vitest';
import { ConnectionError, Context, Contexts, Monitor, type TlsOptions } from '../src/index.ts';

function fixture(name: string): string {
  return readFileSync(new URL(`fixtures/tls/${name}`, import.meta.url), 'utf8');
}

const ca = fixture('ca.pem');

/** Answers an import with the number of its lines. */
async function countLines(request: IncomingMessage, response: ServerResponse): Promise<void> {
  const text = gunzipSync(await buffer(request)).toString();
  const accepted = text.split('\n').length;
  response.end(
    JSON.stringify({ accepted, rejected: 0, metrics: 0, sessions: 0, contexts: accepted, errors: [] }),
  );
}

/** A server with a certificate for `monitor.test`; it answers with the name in that of the client. */
async function startSecureServer(options: ServerOptions = {}): Promise<string> {
  const server = createServer({ cert: fixture('server.pem'), key: fixture('server.key'), ...options });
  server.on('request', (request, response) => {
    const { subject } = (request.socket as TLSSocket).getPeerCertificate();
    if (request.method === 'POST') void countLines(request, response);
    else if (request.url?.startsWith('/api/v1/pipelines/') === true) response.writeHead(204).end();
    else response.end(JSON.stringify({ components: [subject?.CN ?? 'nobody'] }));
  });
  await new Promise<void>((resolve) => {
    server.listen(0, '127.0.0.1', resolve);
  });
  onTestFinished(() => {
    server.closeAllConnections();
    server.close();
  });
  return `https://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

test('a server is trusted by the given authority and name', async () => {
  const base = await startSecureServer();
  const monitor = new Monitor(base, { tls: { ca: [ca], servername: 'monitor.test' } });
  expect(await monitor.listComponents()).toEqual(['nobody']);
  expect(await monitor.listPipelines()).toEqual([]);
  const contexts = new Contexts([new Context({ h: 'a' }), new Context({ h: 'b' })]);
  expect(await monitor.upload({ contexts })).toMatchObject({ contexts: 2 });
});

test('a client shows its certificate', async () => {
  const base = await startSecureServer({ ca, requestCert: true, rejectUnauthorized: true });
  const tls = { ca, servername: 'monitor.test', cert: fixture('client.pem'), key: fixture('client.key') };
  expect(await new Monitor(base, { tls }).listComponents()).toEqual(['client']);
});

test.each([
  ['an authority that is not known', {}, /certificate/],
  ['another name', { ca }, /IP: 127.0.0.1 is not in the cert|does not match/],
] as [string, TlsOptions, RegExp][])('a server is refused for %s', async (_, tls, message) => {
  const base = await startSecureServer();
  const refused = new Monitor(base, { tls, retry: 0 }).listComponents();
  await expect(refused).rejects.toBeInstanceOf(ConnectionError);
  await expect(refused).rejects.toThrow(message);
});

test('any certificate is taken where that is asked for', async () => {
  const base = await startSecureServer();
  const monitor = new Monitor(base, { tls: { rejectUnauthorized: false } });
  expect(await monitor.listComponents()).toEqual(['nobody']);
});

test('a signal ends a call, and options that exclude each other are refused', async () => {
  const base = await startSecureServer();
  const reason = new Error('enough');
  const tls = { rejectUnauthorized: false };
  const ended = new Monitor(base, { tls }).listComponents({ signal: AbortSignal.abort(reason) });
  await expect(ended).rejects.toBe(reason);
  expect(() => new Monitor(base, { tls, fetch })).toThrow('exclude each other');
});
