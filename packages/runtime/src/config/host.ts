import { isIP } from 'node:net';
import { Refusal } from './error.ts';

/** Reads a host name or address, without a port. */
export const parseHost = (text: string): string => {
  const name = text.trim().replace(/^\[(.*)\]$/, '$1');
  if (isIP(name) === 0 && !/^[a-z0-9]([a-z0-9._-]*[a-z0-9])?$/i.test(name))
    throw new Refusal('is no host name or address; give one such as 127.0.0.1, without a port');
  return name;
};
