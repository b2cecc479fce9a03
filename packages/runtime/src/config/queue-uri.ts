import { Refusal } from './error.ts';

/** Reads the address of a Redis, `redis://` or with TLS `rediss://`; it comes back as given. */
export const parseQueueUri = (text: string): string => {
  const wanted = 'give redis://host:6379 or rediss://user:password@host:6379/0';
  const uri = text.trim();
  if (!URL.canParse(uri)) throw new Refusal(`is not a URI; ${wanted}`);
  const { protocol, hostname } = new URL(uri);
  if (protocol !== 'redis:' && protocol !== 'rediss:') throw new Refusal(`is not a Redis URI; ${wanted}`);
  if (hostname === '') throw new Refusal(`names no host; ${wanted}`);
  return uri;
};
