/** The headers of a page that may load what `sources` names, and nothing from anywhere else. */
export function pageHeaders(sources: Readonly<Record<string, string>>): Record<string, string> {
  const directives = {
    'default-src': "'none'",
    ...sources,
    'base-uri': "'none'",
    'form-action': "'none'",
    'frame-ancestors': "'none'",
  };
  return {
    'content-security-policy': Object.entries(directives)
      .map(([name, source]) => `${name} ${source}`)
      .join('; '),
    'x-content-type-options': 'nosniff',
    'referrer-policy': 'no-referrer',
  };
}
