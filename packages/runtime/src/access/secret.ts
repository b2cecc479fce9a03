import { hash, randomBytes } from 'node:crypto';

/** By this a token is known for one, wherever it turns up. */
const PREFIX = 'msk_';

const BITS = 256;

const SECRET = /^msk_[\w-]{43}$/;

/** A new secret of 256 random bits. It can stand in a URL as it is. */
export function createSecret(): string {
  return `${PREFIX}${randomBytes(BITS / 8).toString('base64url')}`;
}

/** Whether a text could be one of our secrets. */
export function isSecret(text: string): boolean {
  return SECRET.test(text);
}

/** SHA-256: nobody guesses 256 random bits, so it need not be slow, as it must be for passwords. */
export function digestOf(secret: string): Buffer {
  return hash('sha256', secret, 'buffer');
}
