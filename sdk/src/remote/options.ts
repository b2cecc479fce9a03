import type { RetryOptions } from 'ky';

export type { RetryOptions };

/** A function like the global `fetch`. It is called with a `Request`. */
export type Fetch = (input: string | URL | Request, init?: RequestInit) => Promise<Response>;

/** Certificates and keys as PEM texts. */
export interface TlsOptions {
  /** Certificates to trust, instead of those that Node.js comes with. */
  ca?: string | readonly string[];
  /** The certificate to show. */
  cert?: string;
  /** Its key. */
  key?: string;
  /** The passphrase of the key. */
  passphrase?: string;
  /** The name that the server's certificate must bear, where it is not that of the address. */
  servername?: string;
  /** `false` accepts any certificate: for trials only. */
  rejectUnauthorized?: boolean;
}

/** How a server is talked to. */
export interface RemoteOptions {
  /** Sent as a bearer token. A user and a password can stand in the address instead. */
  token?: string;
  /** Sent with every request. */
  headers?: Readonly<Record<string, string>>;
  /** Milliseconds for each attempt, reading its answer included, or `false` for no limit; 60,000 unless given. */
  timeout?: number | false;
  /** How often a read or an upload is tried again, 3 times unless given; or the details, as ky has them. */
  retry?: number | RetryOptions;
  /** Certificates; only in Node.js, and not together with `fetch`. */
  tls?: TlsOptions;
  /** What makes the requests, instead of the global `fetch`. */
  fetch?: Fetch;
}
