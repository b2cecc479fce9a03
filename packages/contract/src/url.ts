const ESCAPES = /(?:%[0-9A-Fa-f]{2})+/g;
const ASCII_END = 0x80;
const decoder = new TextDecoder('utf-8', { ignoreBOM: true });

/** Percent-decodes a text in which a `%` that begins no escape stands for itself. */
export function decodeLoosely(text: string): string {
  if (!text.includes('%')) return text;
  return text.replace(ESCAPES, (run) => {
    // Most escapes are blanks and slashes that stand alone, for which the decoder takes long.
    const code = run.length === 3 ? Number.parseInt(run.slice(1), 16) : ASCII_END;
    if (code < ASCII_END) return String.fromCharCode(code);
    const bytes = new Uint8Array(run.length / 3);
    for (let at = 0; at < bytes.length; at++)
      bytes[at] = Number.parseInt(run.slice(at * 3 + 1, at * 3 + 3), 16);
    return decoder.decode(bytes);
  });
}

/** Sub-delimiters, `:` and `@` are allowed in a path segment (RFC 3986, 3.3). */
const ALLOWED = /%(?:3A|40|24|26|2B|2C|3B|3D)/g;

/** Percent-encodes a name for one path segment, leaving what RFC 3986 allows there. */
export function encodeSegment(text: string): string {
  return encodeURIComponent(text.toWellFormed()).replace(ALLOWED, decodeURIComponent);
}

/** One query parameter; `raw` is the value before decoding. */
export interface QueryParameter {
  name: string;
  value: string;
  raw: string;
}

/** Splits a query string; a `+` is a blank, as in forms. */
export function readQuery(query: string): QueryParameter[] {
  if (query === '') return [];
  return query
    .split('&')
    .filter((part) => part !== '')
    .map((part) => {
      const at = part.indexOf('=');
      const [name, raw] = at < 0 ? [part, ''] : [part.slice(0, at), part.slice(at + 1)];
      const decode = (text: string): string => decodeLoosely(text.replaceAll('+', ' '));
      return { name: decode(name), value: decode(raw), raw };
    });
}
