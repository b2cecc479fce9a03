import { createHash } from 'node:crypto';
import { API_PREFIX, resolve } from '@monitor-server/contract';
import { describe, expect, test } from 'vitest';
import { createDocsPage } from '../src/pages/docs.ts';
import { html } from '../src/pages/html.ts';
import { createLandingPage, landingHeaders, type LandingView } from '../src/pages/landing.ts';

const counts = { metrics: 1234567, sessions: 89, contexts: 2 };

function landing(view: Partial<LandingView> = {}): string {
  return createLandingPage({
    origin: 'http://ci.example:8181',
    counts,
    version: '1.2.3',
    wantsToken: false,
    ...view,
  });
}

function links(page: string): string[] {
  return [...page.matchAll(/ (?:href|src)="([^"]*)"/g)].map(([, link]) => link ?? '');
}

function assetsOf(page: string): URLSearchParams[] {
  return links(page)
    .filter((link) => link.startsWith('?'))
    .map((link) => new URLSearchParams(link.replaceAll('&amp;', '&')));
}

function answerOf(link: string): string | undefined {
  const resolution = resolve('GET', link);
  return resolution.found ? resolution.route.name : undefined;
}

function policyOf(headers: Readonly<Record<string, string>>): Map<string, string> {
  const directives = (headers['content-security-policy'] ?? '').split('; ');
  return new Map(directives.map((each) => [each.split(' ', 1)[0] ?? '', each.slice(each.indexOf(' ') + 1)]));
}

describe('markup', () => {
  test('has its texts escaped, its own parts not', () => {
    const part = html`<b>${'&'}</b>`;
    expect(html`<a title="${`"'<&>`}">${[part, part]}${7}</a>`.markup).toBe(
      '<a title="&quot;&#39;&lt;&amp;&gt;"><b>&amp;</b><b>&amp;</b>7</a>',
    );
  });
});

describe('the landing page', () => {
  test('shows the counts and the version', () => {
    const page = landing();
    for (const text of ['1,234,567', '>89<', '>2<', 'monitor-server 1.2.3']) expect(page).toContain(text);
  });

  test.each(['http://ci.example:8181', 'https://ci.example', 'http://10.0.0.7:8181', 'http://[::1]:8181'])(
    'points pytest, curl and Python at %s',
    (origin) => {
      const page = landing({ origin });
      expect(page).toContain(`pytest --remote-server ${origin}`);
      expect(page).toContain(`curl ${origin}${API_PREFIX}/metrics/count`);
      expect(page).toContain(`Monitor(&#39;${origin}&#39;)`);
    },
  );

  test.each([
    'http://evil"><script>alert(1)</script>',
    'http://a;rm -rf ~',
    'http://$(id)',
    'http://`id`',
    "http://x'+__import__('os').system('id')+'",
    'http://a\nb',
    'http://user:secret@host',
    'javascript:alert(1)',
    '',
  ])('keeps the origin %j out of what is copied', (origin) => {
    expect(landing({ origin })).toBe(landing({ origin: 'http://localhost:8181' }));
  });

  test('escapes the version', () => {
    expect(landing({ version: '<script>' })).not.toContain('<script');
  });

  test('loads nothing, runs nothing and links to this server alone', () => {
    const page = landing();
    expect(page).not.toMatch(/<(?:script|iframe|link rel="stylesheet")|@import|url\(/);
    const targets = links(page).filter((link) => !link.startsWith('data:'));
    expect(targets.length).toBeGreaterThan(8);
    expect(targets.map(answerOf)).not.toContain(undefined);
    expect(targets).toEqual(expect.arrayContaining([`${API_PREFIX}/docs`, `${API_PREFIX}/openapi.json`]));
  });

  test('comes with a policy that allows its own style and nothing inline besides', () => {
    const style = /<style>([^]*?)<\/style>/.exec(landing())?.[1] ?? '';
    const policy = policyOf(landingHeaders);
    expect(policy.get('default-src')).toBe("'none'");
    expect(policy.get('style-src')).toBe(`'sha256-${createHash('sha256').update(style).digest('base64')}'`);
    expect(landing()).not.toContain(' style=');
    expect(landingHeaders).toMatchObject({
      'x-content-type-options': 'nosniff',
      'referrer-policy': 'no-referrer',
    });
  });
});

describe('the API reference', () => {
  const readDocs = createDocsPage();

  test('is a page whose every asset is served, from its own address', () => {
    const page = readDocs();
    expect(page).toMatchObject({ type: 'text/html; charset=utf-8', cache: 'no-cache' });
    const assets = assetsOf(String(page?.body));
    expect(assets.map((asset) => asset.get('asset'))).toEqual([
      'swagger-ui.css',
      'docs.css',
      'swagger-ui-bundle.js',
      'docs.js',
    ]);
    for (const asset of assets) {
      const answer = readDocs(asset.get('asset') ?? '');
      expect(answer?.type).toMatch(/^text\/(?:css|javascript)/);
      expect(answer?.cache).toContain('immutable');
      expect(answer?.body.length).toBeGreaterThan(100);
      expect(asset.get('v')).toMatch(/^[\da-f]{12}$/);
      expect(answerOf(`${API_PREFIX}/docs?${asset.toString()}`)).toBe('readDocs');
    }
  });

  test('reads the document of this server and leads back to it', () => {
    const page = String(readDocs()?.body);
    expect(page).toContain(`data-openapi="${API_PREFIX}/openapi.json"`);
    expect(links(page).some((link) => answerOf(link) === 'readLanding')).toBe(true);
  });

  test('asks no other host', () => {
    expect(String(readDocs()?.body)).not.toMatch(/(?:href|src)="(?:https?:)?\/\//);
    expect(String(readDocs('docs.js')?.body)).toContain('validatorUrl: null');
    expect(String(readDocs('swagger-ui.css')?.body)).not.toMatch(/url\(["']?(?:https?:)?\/\/|@import/);
  });

  test.each(['', 'index.html', '../docs.ts', '../../package.json', '/etc/passwd', '__proto__'])(
    'has no asset %j',
    (asset) => {
      expect(readDocs(asset)).toBeUndefined();
    },
  );

  test('comes with a policy without unsafe-inline, assets included', () => {
    for (const asset of [undefined, 'docs.js', 'swagger-ui.css']) {
      const headers = readDocs(asset)?.headers ?? {};
      const policy = policyOf(headers);
      expect(policy.get('default-src')).toBe("'none'");
      expect(policy.get('script-src')).toBe("'self'");
      expect(policy.get('connect-src')).toBe("'self'");
      expect(headers['content-security-policy']).not.toContain('unsafe');
      expect(headers['x-content-type-options']).toBe('nosniff');
    }
    const page = String(readDocs()?.body);
    expect(page).not.toMatch(/<style| style=| on\w+=|<script>/);
  });

  test('reads an asset once', () => {
    expect(readDocs('docs.css')?.body).toBe(readDocs('docs.css')?.body);
  });
});
