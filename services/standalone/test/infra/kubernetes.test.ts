import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { infra, missingOf, readYaml, root, unknownOf } from './files.ts';

// That the manifests fit one another and the services. Whether a cluster takes them, only a cluster can tell.

type Labels = Record<string, string>;

interface Container {
  name: string;
  image: string;
  args?: string[];
  env?: { name: string; value?: string; valueFrom?: { secretKeyRef: { name: string; key: string } } }[];
  ports?: { name: string; containerPort: number }[];
  volumeMounts?: { name: string }[];
  livenessProbe?: { httpGet?: { port: string }; tcpSocket?: { port: string } };
  resources: object;
  securityContext: object;
}

interface Resource {
  kind: string;
  metadata: { name: string };
  spec: {
    selector?: Labels & { matchLabels?: Labels };
    ports?: { port: number; targetPort?: string }[];
    volumeClaimTemplates?: { metadata: { name: string } }[];
    template?: {
      metadata: { labels: Labels };
      spec: { containers: Container[]; initContainers?: Container[]; volumes: { name: string }[] };
    };
  };
}

interface Kustomization {
  images: { name: string }[];
  resources: string[];
  configMapGenerator: { name: string; files: string[] }[];
}

const [kustomization] = readYaml<Kustomization>('kustomization.yaml') as [Kustomization];
const resources = kustomization.resources.flatMap((file) => readYaml<Resource>(file));
const workloads = resources.filter(({ spec }) => spec?.template !== undefined);
const label = 'app.kubernetes.io/component';

const containersOf = ({ spec }: Resource): Container[] => [
  ...(spec.template?.spec.initContainers ?? []),
  ...(spec.template?.spec.containers ?? []),
];

const portsOf = (resource: Resource): { name: string; containerPort: number }[] =>
  containersOf(resource).flatMap(({ ports = [] }) => ports);

const workload = (name: string | undefined): Resource | undefined =>
  workloads.find(({ spec }) => spec.template?.metadata.labels[label] === name);

describe('the manifests for Kubernetes', () => {
  it('are all there', () => {
    const files = kustomization.configMapGenerator.flatMap((map) => map.files);
    expect(files.filter((file) => !existsSync(join(infra, file)))).toEqual([]);
    expect(workloads.map(({ metadata }) => metadata.name).toSorted()).toEqual([
      'gateway',
      'ingest',
      'query',
      'worker',
    ]);
  });

  it.each(workloads.map((resource) => [resource.metadata.name, resource] as const))(
    '%s has what it needs, and no more',
    (name, resource) => {
      const { spec } = resource;
      expect(spec.template?.metadata.labels[label]).toBe(name);
      expect(spec.selector?.matchLabels?.[label]).toBe(name);
      const places = new Set([
        ...(spec.template?.spec.volumes ?? []).map((volume) => volume.name),
        ...(spec.volumeClaimTemplates ?? []).map(({ metadata }) => metadata.name),
      ]);
      const guide = readFileSync(`${root}docs/install.md`, 'utf8');
      const images = ['nginx:1', ...kustomization.images.map((each) => each.name)];
      for (const container of containersOf(resource)) {
        const { image, args, env = [], ports = [], volumeMounts = [], livenessProbe } = container;
        const secrets = env.flatMap(({ valueFrom }) => valueFrom?.secretKeyRef.key ?? []);
        const probed = livenessProbe?.httpGet?.port ?? livenessProbe?.tcpSocket?.port ?? [];
        expect({
          unknown: unknownOf(env.map((variable) => variable.name)),
          missing: missingOf(args),
          unmounted: volumeMounts.filter((mount) => !places.has(mount.name)),
          undocumented: secrets.filter((key) => !guide.includes(key)),
          unnamed: [probed].flat().filter((port) => !ports.some(({ name }) => name === port)),
        }).toEqual({ unknown: [], missing: [], unmounted: [], undocumented: [], unnamed: [] });
        expect(images).toContain(image);
        expect(container.resources).toMatchObject({ requests: expect.anything(), limits: expect.anything() });
        expect(container.securityContext).toEqual({
          readOnlyRootFilesystem: true,
          allowPrivilegeEscalation: false,
          capabilities: { drop: ['ALL'] },
        });
      }
    },
  );

  it('lead from the gateway to ingest and query', () => {
    const services = resources.filter(({ kind }) => kind === 'Service');
    for (const { spec } of services) {
      const target = workload(spec.selector?.[label]);
      for (const { port, targetPort } of spec.ports ?? []) {
        const ports = target === undefined ? [] : portsOf(target);
        expect(ports.some((each) => each.containerPort === port || each.name === targetPort)).toBe(true);
      }
    }
    const places = containersOf(workload('gateway') as Resource).flatMap(({ env = [] }) => env);
    for (const name of ['ingest', 'query']) {
      const { value = '' } = places.find((each) => each.name === `GATEWAY_${name.toUpperCase()}`) ?? {};
      const service = services.find(({ metadata }) => metadata.name === name);
      expect(value).toBe(`${name}.monitor-server.svc.cluster.local:${service?.spec.ports?.[0]?.port}`);
      expect(workload(name)).toBeDefined();
    }
  });
});
