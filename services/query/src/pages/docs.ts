import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { pageHeaders } from './headers.ts';
import { html } from './html.ts';
import { ICON, linkTo } from './links.ts';

/** What an address of the API reference answers with. */
export interface DocsAnswer {
  type: string;
  body: Buffer;
  /** The value of `Cache-Control`. */
  cache: string;
  headers: Readonly<Record<string, string>>;
}

// fastify's own package ships the files of Swagger UI; swagger-ui-dist would report every install of the
// server to a third party. Only its files are used: the plugin would add routes beside the route table.
const { resolve } = createRequire(import.meta.url);
const shipped = (name: string): string => resolve(`@fastify/swagger-ui/static/${name}`);
const ours = (name: string): URL => new URL(name, import.meta.url);

const STYLE = 'text/css; charset=utf-8';
const SCRIPT = 'text/javascript; charset=utf-8';

const assets = new Map([
  ['swagger-ui.css', { type: STYLE, file: shipped('swagger-ui.css') }],
  ['swagger-ui-bundle.js', { type: SCRIPT, file: shipped('swagger-ui-bundle.js') }],
  ['docs.css', { type: STYLE, file: ours('docs.css') }],
  ['docs.js', { type: SCRIPT, file: ours('docs.js') }],
]);

// The renderer sets styles one by one through the DOM, which needs no 'unsafe-inline'; its icons are data URLs.
const headers = pageHeaders({
  'script-src': "'self'",
  'style-src': "'self'",
  'img-src': "'self' data:",
  'connect-src': "'self'",
});

/** Changes whenever an asset may have changed, so that browsers may keep assets for ever. */
function readRevision(): string {
  const hash = createHash('sha256');
  for (const file of [resolve('@fastify/swagger-ui/package.json'), ours('docs.css'), ours('docs.js')]) {
    hash.update(readFileSync(file));
  }
  return hash.digest('hex').slice(0, 12);
}

function renderPage(): Buffer {
  const revision = readRevision();
  // Relative to the page itself, whichever spelling of its address was asked for.
  const asset = (name: string): string => `?asset=${name}&v=${revision}`;
  const page = html`<!doctype html>
    <html lang="en">
      <head>
        <meta charset="utf-8" />
        <meta name="viewport" content="width=device-width, initial-scale=1" />
        <meta name="color-scheme" content="light dark" />
        <title>API reference · monitor-server</title>
        <link rel="icon" href="${ICON}" />
        <link rel="stylesheet" href="${asset('swagger-ui.css')}" />
        <link rel="stylesheet" href="${asset('docs.css')}" />
        <script src="${asset('swagger-ui-bundle.js')}" defer></script>
        <script src="${asset('docs.js')}" defer></script>
      </head>
      <body>
        <nav aria-label="Server"><a href="${linkTo('readLanding')}">← Start page</a></nav>
        <noscript
          ><p>
            This page needs JavaScript. The same reference, for programs:
            <a href="${linkTo('readOpenapi')}">openapi.json</a>.
          </p></noscript
        >
        <main id="reference" data-openapi="${linkTo('readOpenapi')}"></main>
      </body>
    </html> `;
  return Buffer.from(page.markup);
}

/**
 * The API reference: a page, and its assets by name. Assets are addressed on the page's own address
 * (`?asset=NAME`) and read from disk when first asked for. Answers undefined for an asset that is none.
 */
export function createDocsPage(): (asset?: string) => DocsAnswer | undefined {
  const read = new Map<string, DocsAnswer>();
  let page: DocsAnswer | undefined;

  return (asset) => {
    if (asset === undefined) {
      page ??= { type: 'text/html; charset=utf-8', body: renderPage(), cache: 'no-cache', headers };
      return page;
    }
    const source = assets.get(asset);
    if (source === undefined) return undefined;
    let answer = read.get(asset);
    if (answer === undefined) {
      const cache = 'public, max-age=31536000, immutable';
      answer = { type: source.type, body: readFileSync(source.file), cache, headers };
      read.set(asset, answer);
    }
    return answer;
  };
}
