import { API_PREFIX } from '@monitor-server/contract';

/** Where a server is, and what the address says about who asks. */
export interface Address {
  /** Scheme, host and maybe the path under which the server is mounted; no slash at the end. */
  root: string;
  /** The user and password of the address as a header: fetch refuses addresses that hold them. */
  authorization: string | undefined;
}

function basic(user: string, password: string): string {
  const bytes = new TextEncoder().encode(`${decodeURIComponent(user)}:${decodeURIComponent(password)}`);
  return `Basic ${btoa(String.fromCodePoint(...bytes))}`;
}

const SUFFIX = new RegExp(`(?:${API_PREFIX}|/)+$`);

/** Reads an address in any form that clients use: with `/api/v1` at its end, once or twice, with slashes or without. */
export function readAddress(url: URL): Address {
  const { username, password } = url;
  return {
    root: `${url.origin}${url.pathname}`.replace(SUFFIX, ''),
    authorization: username === '' && password === '' ? undefined : basic(username, password),
  };
}
