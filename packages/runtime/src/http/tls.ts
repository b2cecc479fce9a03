import { stat } from 'node:fs/promises';
import type { Server } from 'node:https';
import type { Logger } from 'pino';
import { reloadCertificate, type Certificate } from '../config/certificate.ts';

/** TLS 1.0 and 1.1 are broken. */
const MIN_VERSION = 'TLSv1.2';

/** What a server needs to speak TLS with a certificate. */
export function secureOptions({ cert, key }: Certificate) {
  return { cert, key, minVersion: MIN_VERSION } as const;
}

/** Files are looked at instead of watched: watches miss links that are set anew, as Kubernetes and certbot do. */
const LOOK_MS = 10_000;

async function revisionOf(paths: readonly string[]): Promise<string> {
  const files = await Promise.all(paths.map((path) => stat(path, { bigint: true })));
  return files.map(({ mtimeNs, ino, size }) => `${mtimeNs} ${ino} ${size}`).join();
}

/**
 * Has a server take on a certificate whose files have changed, for connections from then on. One that cannot be used is
 * told of once, and the server goes on with the one it has. `close` ends that.
 */
export function followCertificate(
  server: Pick<Server, 'setSecureContext'>,
  certificate: Certificate,
  logger: Logger,
  everyMs: number = LOOK_MS,
): { close: () => void } {
  const { paths } = certificate;
  let current: string | undefined;
  let loaded = certificate.cert;

  async function look(): Promise<void> {
    try {
      const revision = await revisionOf(paths);
      if (revision === current) return;
      current = revision;
      const found = reloadCertificate(certificate);
      if (found.cert === loaded) return;
      server.setSecureContext(secureOptions(found));
      loaded = found.cert;
      logger.info({ files: paths }, 'the certificate was loaded again');
    } catch (err) {
      logger.warn({ err, files: paths }, 'the new certificate cannot be used; the old one stays');
    }
  }

  const timer = setInterval(() => void look(), everyMs);
  timer.unref();
  return { close: () => clearInterval(timer) };
}
