import { execFileSync } from 'node:child_process';
import { copyFileSync, existsSync, mkdtempSync, readFileSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { infra, missingOf, readYaml, unknownOf } from './files.ts';

interface Service {
  image: string;
  command?: string[];
  entrypoint?: string[];
  environment?: Record<string, unknown>;
  volumes?: string[];
  ports?: string[];
  restart?: string;
  mem_limit?: string;
  read_only?: boolean;
  cap_drop?: string[];
  profiles?: string[];
  healthcheck?: { test?: string[]; disable?: boolean };
  depends_on?: Record<string, { condition: string }>;
}

const name = 'docker-compose.yml';
const [{ services, volumes }] = readYaml<{
  services: Record<string, Service>;
  volumes: Record<string, unknown>;
}>(name) as [{ services: Record<string, Service>; volumes: Record<string, unknown> }];

describe('docker-compose.yml', () => {
  it.each(Object.entries(services))('%s has what it needs, and no more', (_, service) => {
    expect(unknownOf(Object.keys(service.environment ?? {}))).toEqual([]);
    expect(missingOf([...(service.entrypoint ?? []), ...(service.command ?? [])])).toEqual([]);
    const sources = (service.volumes ?? []).map((mount) => mount.split(':', 1)[0] ?? '');
    expect(
      sources.filter((source) =>
        source.startsWith('.') ? !existsSync(join(infra, source)) : !(source in volumes),
      ),
    ).toEqual([]);
    expect(Object.keys(service.depends_on ?? {}).filter((other) => !(other in services))).toEqual([]);
    expect(service).toMatchObject({
      read_only: true,
      cap_drop: ['ALL'],
      restart: expect.stringMatching(/^(unless-stopped|no)$/),
      mem_limit: expect.anything(),
    });
  });

  it('publishes the port of the gateway alone', () => {
    const published = Object.entries(services).filter(([, { ports }]) => ports !== undefined);
    expect(published.map(([service]) => service)).toEqual(['gateway']);
  });

  it('gives every service a port of its own', () => {
    const { ingest, query, gateway } = services;
    expect(gateway?.environment).toMatchObject({
      GATEWAY_INGEST: `ingest:${String(ingest?.environment?.['MONITOR_SERVER_PORT'])}`,
      GATEWAY_QUERY: `query:${String(query?.environment?.['MONITOR_SERVER_PORT'])}`,
    });
    expect(ingest?.environment?.['MONITOR_SERVER_PORT']).not.toBe(
      query?.environment?.['MONITOR_SERVER_PORT'],
    );
  });
});

describe('setup.sh', () => {
  it('writes what docker-compose.yml asks for, for its owner alone, and once', () => {
    const folder = mkdtempSync(join(tmpdir(), 'setup-'));
    try {
      const script = join(folder, 'setup.sh');
      const file = join(folder, '.env');
      copyFileSync(join(infra, 'setup.sh'), script);
      execFileSync(script);
      const text = readFileSync(file, 'utf8');
      expect(statSync(file).mode & 0o777).toBe(0o600);
      const asked = readFileSync(join(infra, name), 'utf8').matchAll(/\$\{(\w+):\?/g);
      const values = [...new Set([...asked].map(([, variable]) => variable))].map(
        (variable) => new RegExp(`^${variable}=([0-9a-f]{48})$`, 'm').exec(text)?.[1] ?? variable,
      );
      expect(values.filter((value) => !/^[0-9a-f]{48}$/.test(value ?? ''))).toEqual([]);
      expect(new Set(values).size).toBe(values.length);
      execFileSync(script);
      expect(readFileSync(file, 'utf8')).toBe(text);
    } finally {
      rmSync(folder, { recursive: true });
    }
  });
});
