import { between, createDraw, createRandom, gauss, hex, pick, zipf } from './random.ts';

export interface Context {
  h: string;
  cpu_count: number;
  cpu_frequency: number;
  cpu_type: string;
  cpu_vendor: string;
  ram_total: number;
  machine_node: string;
  machine_type: string;
  machine_arch: string;
  system_info: string;
  python_info: string;
}

export interface Component {
  name: string;
  /** MB a typical test of it takes. */
  memory: number;
  /** Factor on how long its tests run. */
  pace: number;
}

export interface Test {
  item: string;
  item_variant: string;
  item_path: string;
  item_fs_loc: string;
  kind: string;
  component: Component;
  /** Seconds. */
  duration: number;
  /** Factor on the component's memory. */
  weight: number;
}

export interface Pipeline {
  name: string;
  ci: string;
  components: ReadonlySet<Component>;
  /** Factor on memory and duration: a debug build is heavier than a release build. */
  load: number;
}

export interface World {
  contexts: Context[];
  components: Component[];
  /** Most frequent first. */
  tests: Test[];
  rareTests: Test[];
  pipelines: Pipeline[];
  /** Ran in the first twentieth of the history only. */
  ended: Component;
  /** One metric in 20,000. */
  rare: Component;
  /** Five tests in a hundred, none of them ever heavy: the worst case for an index by resource. */
  light: Component;
  /** Has most metrics. */
  main: Component;
}

const areas = ['core', 'io', 'net', 'ui', 'solver', 'mesh', 'report', 'auth', 'cache', 'plot'];
const layers = ['lib', 'server', 'tools', 'plugins', 'client'];
const verbs = ['reads', 'writes', 'merges', 'splits', 'parses', 'renders', 'solves', 'rejects', 'caches'];
const nouns = ['matrix', 'header', 'payload', 'session', 'boundary', 'mesh', 'token', 'table', 'stream'];
const types = ['float32', 'float64', 'int8', 'int64', 'complex128', 'bool', 'object', 'datetime64'];
const branches = ['main', 'develop', 'nightly', 'release/1.x', 'release/2.x', 'lts:2024', 'unit-tests'];
const systems = ['jenkinsci', 'gitlabci', 'drone', 'travisci', 'circleci'];

const testCount = 10_000;

/** The same for the same seed: what exists before anything runs. */
export const createWorld = (seed = 1): World => {
  const random = createRandom(seed);
  const contexts = Array.from({ length: 12 }, (_, index): Context => ({
    h: hex(random, 32),
    cpu_count: 2 ** between(random, 1, 6),
    cpu_frequency: Math.round(200_000 + random() * 200_000) / 100,
    cpu_type: 'x86_64',
    cpu_vendor: pick(random, ['AMD EPYC 7763', 'Intel(R) Xeon(R) Platinum 8370C', 'Neoverse-N1']),
    ram_total: 8_192 * between(random, 1, 32),
    machine_node: `runner-${index + 1}.example.org`,
    machine_type: 'x86_64',
    machine_arch: '64bit',
    system_info: `Linux - 6.${between(random, 1, 18)}.${between(random, 0, 60)}`,
    python_info: `3.${between(random, 9, 14)}.2 (main) [GCC 12.2.0]`,
  }));

  const createComponent = (name: string): Component => ({
    name,
    memory: Math.exp(2 + 1.2 * gauss(random)),
    pace: Math.exp(0.5 * gauss(random)),
  });
  const components = layers.flatMap((layer) => areas.map((area) => createComponent(`${layer}.${area}`)));
  const ended = createComponent('legacy.fortran');
  const light = { ...createComponent('docs.examples'), memory: 0.05 };
  const rare = { ...createComponent('hardware.fpga'), memory: 400 };
  const none = createComponent('');
  const ordinary = createDraw(random, zipf(components.length, 0.8));
  const componentOf = (): Component => {
    const chance = random();
    if (chance < 0.05) return light;
    if (chance < 0.1) return ended;
    if (chance < 0.13) return none;
    return components[ordinary()] as Component;
  };

  const createTest = (component: Component, item: string, variant: string): Test => {
    const chance = random();
    const folder = component.name.replaceAll('.', '/') || 'tests';
    const file = `test_${pick(random, nouns)}_${between(random, 1, 40)}`;
    const isModule = chance > 0.97;
    return {
      item: isModule ? file : item,
      item_variant: isModule ? '' : variant,
      item_path: `${folder.replaceAll('/', '.')}.${file}`,
      item_fs_loc: `${folder}/${file}.py`,
      kind: isModule ? 'module' : chance > 0.95 ? 'class' : 'function',
      component,
      duration: Math.exp(-6.9 + 1.7 * gauss(random)),
      weight: Math.exp(0.6 * gauss(random)),
    };
  };
  const tests: Test[] = [];
  while (tests.length < testCount) {
    const component = componentOf();
    const item = `test_${pick(random, nouns)}_${pick(random, verbs)}_${between(random, 1, 400)}`;
    const variants = random() < 0.6 ? 1 : between(random, 2, 12);
    for (let index = 0; index < variants && tests.length < testCount; index++) {
      const parameters = `${pick(random, types)}-${index}`;
      tests.push(createTest(component, item, variants === 1 ? item : `${item}[${parameters}]`));
    }
  }
  // Variants of one item are neighbours so far, and neighbours would be about equally frequent.
  for (let last = tests.length - 1; last > 0; last--) {
    const other = Math.floor(random() * (last + 1));
    [tests[last], tests[other]] = [tests[other] as Test, tests[last] as Test];
  }

  const pipelines = Array.from({ length: 30 }, (_, index): Pipeline => {
    const chosen = components.filter((_component, rank) => rank < 5 || random() < 0.7);
    return {
      name: branches[index] ?? `feature/${pick(random, nouns)}-${index}`,
      ci: pick(random, systems),
      components: new Set([...chosen, ended, light, none]),
      load: Math.exp(0.35 * gauss(random)),
    };
  });

  return {
    contexts,
    components: [...components, ended, light, rare],
    tests,
    rareTests: [1, 2, 3].map((n) => createTest(rare, `test_bitstream_${n}`, `test_bitstream_${n}`)),
    pipelines,
    ended,
    rare,
    light,
    main: components[0] as Component,
  };
};
