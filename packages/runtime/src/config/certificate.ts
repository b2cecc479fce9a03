import { createPrivateKey, X509Certificate, type KeyObject } from 'node:crypto';
import { existsSync, readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { createSecureContext } from 'node:tls';
import { errorCode, Refusal } from './error.ts';

export interface Certificate {
  /** PEM: the server's own certificate, then the others in the order given. */
  readonly cert: string;
  /** PEM. */
  readonly key: string;
  /** Absolute, as given. */
  readonly paths: readonly string[];
}

const wanted = 'give the PEM files of the certificate and its private key, "cert.pem,key.pem"';
const block = /-----BEGIN ([A-Z0-9 ]+)-----[\s\S]+?-----END \1-----/g;

const paths = (text: string, cwd: string): string[] => {
  const whole = resolve(cwd, text);
  // A comma may be part of a file's name.
  if (existsSync(whole)) return [whole];
  const names = text
    .split(',')
    .map((name) => name.trim())
    .filter((name) => name !== '');
  if (names.length === 0) throw new Refusal(`names no file; ${wanted}`);
  return names.map((name) => resolve(cwd, name));
};

const read = (path: string): { label: string; pem: string }[] => {
  const text = (() => {
    try {
      return readFileSync(path, 'latin1');
    } catch (error) {
      throw new Refusal(`cannot read ${path} (${errorCode(error)}); ${wanted}`);
    }
  })();
  const blocks = [...text.matchAll(block)].map(([pem, label = '']) => ({ label, pem: `${pem}\n` }));
  if (blocks.length === 0) throw new Refusal(`${path} is not in PEM format; ${wanted}`);
  return blocks;
};

const parsedCertificate = (pem: string): X509Certificate => {
  try {
    return new X509Certificate(pem);
  } catch {
    throw new Refusal(`holds a certificate that cannot be read; ${wanted}`);
  }
};

const parsedKey = (pem: string): KeyObject => {
  if (/ENCRYPTED/.test(pem))
    throw new Refusal(
      'has a private key that asks for a passphrase; decrypt it, for instance with openssl pkey',
    );
  try {
    return createPrivateKey(pem);
  } catch {
    throw new Refusal(`holds a private key that cannot be read; ${wanted}`);
  }
};

const checkDates = ({ validFrom, validTo }: X509Certificate): void => {
  const now = Date.now();
  if (Date.parse(validTo) < now)
    throw new Refusal(`has a certificate that expired on ${validTo}; renew it or name another`);
  if (Date.parse(validFrom) > now)
    throw new Refusal(
      `has a certificate that is not valid before ${validFrom}; check the clock or name another`,
    );
};

const checkUse = (cert: string, key: string): void => {
  try {
    createSecureContext({ cert, key });
  } catch (error) {
    throw new Refusal(`cannot be used (${errorCode(error)}); ${wanted}`);
  }
};

const load = (files: readonly string[]): Certificate => {
  const blocks = files.flatMap(read);
  const [keyPem, otherKey] = blocks
    .filter(({ label }) => label.endsWith('PRIVATE KEY'))
    .map(({ pem }) => pem);
  if (keyPem === undefined) throw new Refusal(`holds no private key; ${wanted}`);
  if (otherKey !== undefined) throw new Refusal(`holds more than one private key; ${wanted}`);
  const certificates = blocks
    .filter(({ label }) => label === 'CERTIFICATE')
    .map(({ pem }) => ({ pem, parsed: parsedCertificate(pem) }));
  if (certificates.length === 0) throw new Refusal(`holds no certificate; ${wanted}`);
  const privateKey = parsedKey(keyPem);
  const own = certificates.find(({ parsed }) => parsed.checkPrivateKey(privateKey));
  if (own === undefined)
    throw new Refusal('has a private key that does not match the certificate; name the key made for it');
  checkDates(own.parsed);
  // TLS wants the server's own certificate first, bundles often come the other way round.
  const cert = [own, ...certificates.filter((one) => one !== own)].map(({ pem }) => pem).join('');
  checkUse(cert, keyPem);
  return { cert, key: keyPem, paths: files };
};

/**
 * Loads and checks what HTTPS needs: "cert,key" in either order, or one file holding both; chains may be in
 * the certificate's file or in files of their own. Refused are unreadable or foreign files, a key that does
 * not belong to any certificate, and a certificate out of its time.
 */
export const loadCertificate = (text: string, cwd: string): Certificate => load(paths(text, cwd));

/** Loads a certificate from its files again, which may have changed. Throws `Refusal` as the first time. */
export const reloadCertificate = ({ paths: files }: Certificate): Certificate => load(files);
