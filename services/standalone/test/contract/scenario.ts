import type { ContextPost, Metric, SessionPost } from '@monitor-server/testing';

const pad = (value: number, width = 2): string => String(value).padStart(width, '0');

/**
 * The rows and questions behind `fixtures/alpha.json`. Everything is drawn from one linear congruential
 * generator in a fixed order, so a draw moved or added changes all that follows.
 */
export const createScenario = (name: string) => {
  let seed = 7;
  for (const letter of name) seed = (seed * 31 + letter.charCodeAt(0)) >>> 0;
  const random = (): number => {
    seed = (Math.imul(seed, 1_664_525) + 1_013_904_223) >>> 0;
    return seed / 2 ** 32;
  };
  const below = (limit: number): number => Math.floor(random() * limit);
  const hex = (length: number): string => Array.from({ length }, () => below(16).toString(16)).join('');

  const contexts = Array.from({ length: 7 }, (_, i): ContextPost => ({
    h: (i < 3 ? 'cafe' : hex(4)) + hex(28),
    cpu_count: 2 + i,
    cpu_frequency: 2000 + i * 100,
    cpu_type: i % 2 ? 'x86_64' : '',
    cpu_vendor: `vendor ${i}`,
    ram_total: 16_000 + i,
    machine_node: `node${i}.${name}.org`,
    machine_type: 'x86_64',
    machine_arch: '64bit',
    system_info: `Linux - 6.${i}`,
    python_info: `3.1${i} (main)`,
  }));

  const pipelines = [`${name}:main`, 'release-1.x', 'nightly'] as const;
  const description = (i: number): Record<string, string> => {
    if (i % 9 === 8) return { python: '3.12', note: `x ${i}` };
    return {
      pipeline_branch: pipelines[i % 3] ?? '',
      pipeline_build_no: String(100 + (i >> 1)),
      __ci__: below(2) === 0 ? 'jenkinsci' : 'gitlabci',
      ...(i % 4 === 0 ? { numpy: `1.${i % 3}` } : {}),
    };
  };
  const sessions = Array.from({ length: 26 }, (_, i): SessionPost => ({
    session_h: (i < 6 ? 'beef' : hex(4)) + hex(28),
    run_date: `2024-0${1 + (i % 9)}-1${i % 10}T0${i % 10}:11:12.${pad(i * 3457 + 100_000, 6)}`,
    scm_ref: `${i % 2 ? 'abc' : 'fed'}${pad(i >> 2)}${name}`,
    description: description(i),
  }));

  const components = ['lib.core', 'lib.io', 'server', 'ui', 'lib.net', 'tools', ''];
  const draw = (scale: number, unit: number, shift = 0): number =>
    Math.round((random() - shift) * scale) / unit;
  const metrics = Array.from({ length: 160 }, (_, i): Metric => {
    const session_h = sessions[below(24)]?.session_h ?? '';
    const context_h = contexts[below(6)]?.h ?? '';
    const t = i % 11;
    const isModule = i % 13 === 12;
    const item = isModule ? `test_mod_${t}` : `test_${['alpha', 'beta', 'gamma_ray'][t % 3]}_${t}`;
    const variant = i % 3 ? `${item}[x_${i % 4}, é]` : item;
    // Keeps every resource of every metric different, so that no ranking hangs on how ties are broken.
    const own = i * 1e-6;
    return {
      session_h,
      context_h,
      item_start_time: `2024-03-${pad(1 + (i % 28))}T1${i % 10}:0${i % 6}:0${i % 9}.${pad(1 + below(999_998), 6)}`,
      item_path: `pkg.${name}.mod${t}`,
      item,
      item_variant: isModule ? '' : variant,
      item_fs_loc: `pkg/mod${t}.py`,
      kind: isModule ? 'module' : 'function',
      component: components[t % 7] ?? '',
      total_time: draw(1e6, 1e4) + own,
      user_time: draw(1e6, 1e5) + own,
      kernel_time: draw(1e5, 1e5) + own,
      cpu_usage: draw(3e4, 1e4) + own,
      mem_usage: draw(1e7, 1e4, 0.05) + own,
    };
  });

  return { contexts, sessions, metrics };
};
