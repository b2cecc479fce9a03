import { ProblemError } from '@monitor-server/contract';

const UTF8 = /^utf-?8$/i;

/** Checks that a media type is one of those named, in UTF-8; none at all is taken for the first. */
export function checkMediaType(header: string | undefined, allowed: RegExp, named: string): void {
  if (header === undefined || header.trim() === '') return;
  const [type = '', ...parameters] = header.split(';').map((part) => part.trim());
  if (!allowed.test(type)) throw new ProblemError(415, `The body must be ${named}, not ${type}.`);
  for (const parameter of parameters) {
    const [name = '', value = ''] = parameter.split('=', 2);
    const charset = value.trim().replace(/^"(.*)"$/, '$1');
    if (name.trim().toLowerCase() === 'charset' && !UTF8.test(charset)) {
      throw new ProblemError(415, `The body must be in UTF-8, not ${charset}.`);
    }
  }
}

const JSON_TYPE = /^(?:application\/json|[\w.!#$&^-]+\/[\w.!#$&^-]+\+json)$/i;

export function checkJsonType(header: string | undefined): void {
  checkMediaType(header, JSON_TYPE, 'application/json');
}
