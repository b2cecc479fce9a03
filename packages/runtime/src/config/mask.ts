/**
 * The URI with every password in it replaced by `***`. Works on malformed URIs too, since those are shown in
 * error messages; it rather hides too much than too little.
 */
export const masked = (uri: string): string =>
  uri
    .replace(/^([^:]*:\/{2,3}[^:/@?]*):.*@/s, '$1:***@')
    .replaceAll(/([?&](?:ssl)?password=)[^&]*/gi, '$1***');
