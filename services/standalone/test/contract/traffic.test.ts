import {
  readContext,
  readSession,
  request,
  type Metric,
  type SessionPost,
  type ContextPost,
} from '@monitor-server/testing';
import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { standalone } from './standalone.ts';

type Line<T> = {
  method: string;
  path: string;
  content_type: string | null;
  user_agent: string;
  body: T;
  expect_status: number;
};

const lines = <T>(name: string): Line<T>[] =>
  readFileSync(new URL(`./fixtures/${name}.ndjson`, import.meta.url), 'utf8')
    .split('\n')
    .filter((line) => line !== '')
    .map((line): Line<T> => JSON.parse(line));

const posted = <T>(name: string, resource: string): T[] =>
  lines<T>(name)
    .filter((line) => line.method === 'POST' && line.path === `/api/v1/${resource}/`)
    .map((line) => line.body);

describe.each(['serial', 'xdist4-gitlab', 'jenkins'])('pytest-monitor 1.7: %s', async (name) => {
  const metrics = posted<Metric>(name, 'metrics');
  const sessions = posted<SessionPost>(name, 'sessions').filter(
    (session, i, all) => all.findIndex((other) => other.session_h === session.session_h) === i,
  );
  const contexts = posted<ContextPost>(name, 'contexts');
  const { api, server } = await standalone();

  it('gets every recorded status', async () => {
    for (const { method, path, content_type, user_agent, body, expect_status } of lines<unknown>(name)) {
      const { status, text } = await request(server.base, path, {
        method,
        headers: {
          'user-agent': user_agent,
          accept: '*/*',
          ...(content_type === null ? {} : { 'content-type': content_type }),
        },
        ...(body === null ? {} : { body: JSON.stringify(body) }),
      });
      expect(status, `${method} ${path}: ${text}`).toBe(expect_status);
    }
  });

  it('reads every metric back as it was sent, in order', async () => {
    await api.arrived({ metrics: metrics.length });
    expect((await api.get('/metrics/')).json.metrics).toEqual(metrics);
  });

  it('finds every metric by its variant', async () => {
    for (const variant of new Set(metrics.map((metric) => metric.item_variant).filter(Boolean))) {
      const { json } = await api.get(`/variants/${encodeURIComponent(variant)}/metrics`);
      expect(json.metrics).toEqual(metrics.filter((metric) => metric.item_variant === variant));
    }
  });

  it('reads every session back', async () => {
    await api.arrived({ sessions: sessions.length });
    expect((await api.get('/sessions/')).json.sessions).toEqual(sessions.map(readSession));
  });

  it('reads the context back, and gives the hash where the plugin looks for it', async () => {
    expect(contexts).toHaveLength(1);
    for (const context of contexts) {
      const { status, json } = await api.get(`/contexts/${context.h}`);
      expect(status).toBe(200);
      expect(json.contexts).toEqual([readContext(context)]);
      const again = await api.post<ContextPost>('/contexts/', context);
      expect([again.status, again.json.h]).toEqual([201, context.h]);
    }
  });

  it('names the pipelines of the recorded sessions', async () => {
    const builds = sessions.filter(({ description }) => description['pipeline_branch'] !== undefined);
    const pipelines = [...new Set(builds.map(({ description }) => description['pipeline_branch']))];
    const { status, json } = await api.get('/pipelines/');
    expect(status === 204 ? [] : json.pipelines).toEqual(pipelines);
    for (const { session_h, description } of builds) {
      const { pipeline_branch = '', pipeline_build_no = '' } = description;
      const path = `/pipelines/${encodeURIComponent(pipeline_branch)}/builds`;
      expect((await api.get(path)).json.builds).toContain(pipeline_build_no);
      expect((await api.get(`${path}/${pipeline_build_no}/sessions`)).json.sessions).toContain(session_h);
    }
  });
});
