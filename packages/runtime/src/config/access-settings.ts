import { BlockList, isIP } from 'node:net';
import { Refusal } from './error.ts';
import { wholeNumber } from './number.ts';
import type { Setting } from './settings.ts';

/** Whether everybody may do everything, or only who has a token for it. */
export type AccessMode = 'open' | 'tokens';

export interface AccessValues {
  readonly access: AccessMode;
  /** Addresses, networks and their names as the framework knows them. */
  readonly trustedProxies: readonly string[] | undefined;
  /** Requests a minute of one token; 0 for any number. */
  readonly tokenLimit: number;
  /** Requests a minute of one address; 0 for any number. */
  readonly addressLimit: number;
  /** Requests a minute of one address with tokens that are not valid; 0 for any number. */
  readonly failureLimit: number;
}

const parseAccess = (text: string): AccessMode => {
  const mode = text.trim().toLowerCase();
  if (mode !== 'open' && mode !== 'tokens') throw new Refusal('is no kind of access; give open or tokens');
  return mode;
};

const networks = new Set(['loopback', 'linklocal', 'uniquelocal']);

const isNetwork = (text: string): boolean => {
  const [address = '', bits, ...rest] = text.split('/');
  const version = isIP(address);
  if (version === 0 || rest.length > 0) return false;
  return bits === undefined || (/^[1-9]\d{0,2}$/.test(bits) && Number(bits) <= (version === 4 ? 32 : 128));
};

const parseProxies = (text: string): string[] => {
  const proxies = text
    .split(',')
    .map((part) => part.trim())
    .filter((part) => part !== '');
  const wrong = proxies.find((proxy) => !networks.has(proxy) && !isNetwork(proxy));
  if (wrong !== undefined)
    throw new Refusal(
      `has ${JSON.stringify(wrong)}, which is no address; give addresses, networks such as 10.0.0.0/8, loopback, ` +
        'linklocal or uniquelocal, separated by commas',
    );
  return proxies;
};

const limit = (name: string, about: string, variable: string, usually: number): Setting<number> => ({
  name,
  about,
  unit: 'a minute',
  variable,
  usually: usually === 0 ? '0: any number' : String(usually),
  fallback: () => ({ by: 'default', text: String(usually) }),
  parse: wholeNumber({ from: 0, to: 1_000_000_000, what: 'requests a minute' }),
  show: String,
});

/** Of the table of settings: who may use the server, and how much. */
export const accessSettings: { readonly [Key in keyof AccessValues]: Setting<AccessValues[Key]> } = {
  access: {
    name: 'access',
    about: 'open: everybody may read and store; tokens: only who has an access token',
    variable: 'MONITOR_SERVER_ACCESS',
    usually: 'open',
    fallback: () => ({ by: 'default', text: 'open' }),
    parse: parseAccess,
    show: String,
  },
  trustedProxies: {
    name: 'trusted proxies',
    about: 'addresses of proxies whose word on the address of a client counts, separated by commas',
    variable: 'MONITOR_SERVER_TRUSTED_PROXIES',
    usually: 'none',
    parse: parseProxies,
    show: (proxies) => proxies?.join(', ') ?? 'none',
  },
  tokenLimit: limit(
    'token limit',
    'reads, exports and imports of one access token',
    'MONITOR_SERVER_TOKEN_LIMIT',
    0,
  ),
  addressLimit: limit(
    'address limit',
    'reads, exports and imports of one address',
    'MONITOR_SERVER_ADDRESS_LIMIT',
    0,
  ),
  failureLimit: limit(
    'failure limit',
    'requests of one address with access tokens that are not valid',
    'MONITOR_SERVER_FAILURE_LIMIT',
    60,
  ),
};

const loopback = new BlockList();
loopback.addSubnet('127.0.0.0', 8);
loopback.addAddress('::1', 'ipv6');

const isLoopback = (host: string | undefined): boolean => {
  if (host === undefined) return false;
  const version = isIP(host);
  return version === 0
    ? host.toLowerCase() === 'localhost'
    : loopback.check(host, version === 4 ? 'ipv4' : 'ipv6');
};

/** What to tell an operator whose server anybody on the network may use; `undefined` for any other. */
export const exposure = (read: {
  readonly access: AccessMode;
  readonly host: string | undefined;
}): string | undefined =>
  read.access === 'tokens' || isLoopback(read.host)
    ? undefined
    : 'everybody who can reach this server may read and store everything; MONITOR_SERVER_ACCESS=tokens asks for ' +
      'access tokens, MONITOR_SERVER_HOST=127.0.0.1 keeps other machines out';
