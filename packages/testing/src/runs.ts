const factor = Number(process.env['MONITOR_SERVER_TEST_RUNS'] ?? 1);

/** How often to try a property of which each try is slow; `MONITOR_SERVER_TEST_RUNS` times as often where that is set. */
export const runs = (usual: number): number => Math.ceil(usual * factor);
