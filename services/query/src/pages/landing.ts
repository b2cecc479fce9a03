import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { BUILD_TAG, PIPELINE_TAG } from '@monitor-server/contract';
import { pageHeaders } from './headers.ts';
import { html, type Html } from './html.ts';
import { ICON, ICON_PATH, linkTo } from './links.ts';

export interface Counts {
  metrics: number;
  sessions: number;
  contexts: number;
}

export interface LandingView {
  /** The address the reader used, such as `http://host:8181`. */
  origin: string;
  /** Undefined where whoever asks may not know. */
  counts: Counts | undefined;
  version: string;
  /** Whether the server asks for access tokens. */
  wantsToken: boolean;
}

const style = readFileSync(new URL('landing.css', import.meta.url), 'utf8');
const styleHash = createHash('sha256').update(style).digest('base64');
// Whole, because a blank more inside the element would be another hash.
const styleElement: Html = { markup: `<style>${style}</style>` };

/** What has to be sent with the landing page: it loads nothing and runs nothing. */
export const landingHeaders: Readonly<Record<string, string>> = {
  ...pageHeaders({ 'style-src': `'sha256-${styleHash}'`, 'img-src': 'data:' }),
  'content-type': 'text/html; charset=utf-8',
  'cache-control': 'no-cache',
};

/** The origin goes into commands to be copied, so nothing gets through that a shell would run. */
const ORIGIN = /^https?:\/\/(?:[\w.-]+|\[[\da-f:.]+\])(?::\d{1,5})?$/i;
const FALLBACK = 'http://localhost:8181';

const grouped = new Intl.NumberFormat('en');

function command(text: string): Html {
  return html`<pre><code>${text}</code></pre>`;
}

function count(name: string, list: string, value: number): Html {
  return html`<div>
    <dt><a href="${linkTo(list)}">${name}</a></dt>
    <dd>${grouped.format(value)}</dd>
  </div>`;
}

function numbers(counts: Counts): Html {
  return html`<dl>
    ${count('metrics', 'listMetrics', counts.metrics)} ${count('sessions', 'listSessions', counts.sessions)}
    ${count('execution contexts', 'listContexts', counts.contexts)}
  </dl>`;
}

/** The origin with a place for the token, as the commands on the page need it. */
function withToken(origin: string): string {
  return origin.replace('://', '://ci:TOKEN@');
}

function link(name: string, title: string, says: string): Html {
  return html`<li><a href="${linkTo(name)}">${title}</a><span>${says}</span></li>`;
}

function pythonExample(origin: string): string {
  return `from monitor_api import (
    Monitor, ResourceMethod, ResourceType)

monitor = Monitor('${origin}')
costly = monitor.list_metrics_resources(
    ResourceType.MEMORY, ResourceMethod.TOP, 10)
for metric in costly:
    print(metric.variant, metric.memory_usage)`;
}

function reporting(origin: string): Html {
  const pytest = `pytest --remote-server ${origin}`;
  return html`<section aria-labelledby="report">
    <h2 id="report">Report your tests</h2>
    <p>With pytest-monitor; the tests stay as they are.</p>
    ${command('pip install pytest-monitor')} ${command(pytest)}
    <h3>In parallel</h3>
    <p>With pytest-xdist every worker reports on its own. <code>--no-db</code> keeps no local copy.</p>
    ${command(`pytest -n auto --no-db \\
  --remote-server ${origin}`)}
    <h3>On CI</h3>
    <p>
      GitLab CI, Jenkins, Travis CI, CircleCI and Drone name pipeline and build by themselves. Anywhere else
      tags do, and any other tag helps to find a session again.
    </p>
    ${command(`${pytest} \\
  --tag ${PIPELINE_TAG}=main \\
  --tag ${BUILD_TAG}=42 \\
  --tag numpy=2.1.0`)}
  </section>`;
}

function asking(origin: string): Html {
  return html`<section aria-labelledby="ask">
    <h2 id="ask">Ask what they cost</h2>
    <p>Every answer is JSON; lists are pages, and <code>next_url</code> leads on.</p>
    <h3>From a shell</h3>
    <p>How many metrics there are, and the ten that took most memory:</p>
    ${command(`curl ${origin}${linkTo('countMetrics')}`)}
    ${command(`curl ${origin}${linkTo('highestMetrics', { resource: 'memory' })}`)}
    <h3>From Python</h3>
    <p>With the client of <code>monitor-server-api</code>, unchanged:</p>
    ${command('pip install monitor-server-api')} ${command(pythonExample(origin))}
  </section>`;
}

/** The page at the root of the server. It needs no script and loads nothing; every text in it is escaped. */
export function createLandingPage({ origin, counts, version, wantsToken }: LandingView): string {
  const named = ORIGIN.test(origin) ? origin : FALLBACK;
  const server = wantsToken ? withToken(named) : named;
  return html`<!doctype html>
    <html lang="en">
      <head>
        <meta charset="utf-8" />
        <meta name="viewport" content="width=device-width, initial-scale=1" />
        <meta name="color-scheme" content="light dark" />
        <title>monitor-server</title>
        <link rel="icon" href="${ICON}" />
        ${styleElement}
      </head>
      <body>
        <header>
          <h1>
            <svg viewBox="0 0 16 16" aria-hidden="true"><path d="${ICON_PATH}" /></svg>monitor-server
          </h1>
          <nav aria-label="Reference"><a href="${linkTo('readDocs')}">API reference</a></nav>
          <p>
            Keeps the time, CPU and memory that each of your tests takes, and tells you which ones cost the
            most.
          </p>
          ${counts === undefined ? html`` : numbers(counts)}
          ${wantsToken ? html`<p>It asks for an access token: put yours where <code>TOKEN</code> stands.</p>` : html``}
        </header>
        <main>
          ${reporting(server)} ${asking(server)}
          <section class="wide" aria-labelledby="look">
            <h2 id="look">Look around</h2>
            <ul>
              ${link('readDocs', 'API reference', 'Every operation, to try on this server')}
              ${link('readOpenapi', 'openapi.json', 'The same for programs: OpenAPI 3.1')}
              ${link('listMetrics', 'Metrics', 'What was measured, the oldest first')}
              ${link('listSessions', 'Sessions', 'Runs of pytest, with their tags')}
              ${link('listContexts', 'Execution contexts', 'Machines and Pythons')}
              ${link('listComponents', 'Components', 'Parts that tests belong to')}
              ${link('listPipelines', 'Pipelines', 'And from there their builds')}
            </ul>
          </section>
        </main>
        <footer><p>monitor-server ${version}</p></footer>
      </body>
    </html> `.markup;
}
