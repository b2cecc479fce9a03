const letters = "!$&'()*+,/:;=@-._~";
const isKept = (code: number, safe: string): boolean => {
  const letter = String.fromCharCode(code);
  return /[0-9A-Za-z]/.test(letter) || safe.includes(letter);
};

const quote = (text: string, safe: string): string =>
  [...Buffer.from(text)]
    .map((code) =>
      isKept(code, safe) ? String.fromCharCode(code) : `%${code.toString(16).toUpperCase().padStart(2, '0')}`,
    )
    .join('');

const lonePercent = /%(?![0-9A-Fa-f]{2})/;

const part = (text: string, safe: string): string => quote(text, lonePercent.test(text) ? safe : `${safe}%`);

/**
 * A URL's path and query as requests 2.34 with urllib3 2.7 puts them on the wire: split at the first `?`,
 * each part quoted but for what RFC 3986 allows there, and a `%` only where some `%` of the part begins no
 * escape.
 */
export const requested = (url: string): string => {
  const [path = '', ...query] = url.split('?');
  return [part(path, letters), ...(query.length > 0 ? [part(query.join('?'), `${letters}?`)] : [])].join('?');
};

/** The same as older releases do it: brackets and `#` go out raw, every lone `%` as `%25`. */
export const requestedFormerly = (url: string): string =>
  quote(url.replaceAll(new RegExp(lonePercent, 'g'), '%25'), `${letters}%#?[]`);
