const BEARER = /^Bearer +(\S+) *$/i;
const BASIC = /^Basic +([\w+/=-]+) *$/i;

/**
 * The secret in an `Authorization` header: a bearer token, or the password of Basic, which is what clients make of
 * `https://ci:TOKEN@host`; without a password the user's name counts. Undefined where there is none.
 */
export function secretIn(header: string | undefined): string | undefined {
  if (header === undefined) return undefined;
  const bearer = BEARER.exec(header)?.[1];
  if (bearer !== undefined) return bearer;
  const basic = BASIC.exec(header)?.[1];
  if (basic === undefined) return undefined;
  const text = Buffer.from(basic, 'base64').toString();
  const colon = text.indexOf(':');
  const password = colon < 0 ? '' : text.slice(colon + 1);
  return password || text.slice(0, colon < 0 ? undefined : colon) || undefined;
}
