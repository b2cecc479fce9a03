/** A list of metrics, and which of those that are sent belong into it. */
export interface List {
  path: string;
  holds: (serial: number) => boolean;
}

export const lists = {
  all: { path: '/api/v1/metrics/', holds: () => true },
  smallPages: { path: '/api/v1/metrics/?per_page=50', holds: () => true },
  timed: { path: '/api/v1/metrics/?per_page=5000&since=2026-01-01', holds: () => true },
  component: {
    path: '/api/v1/components/lib.3/metrics?per_page=20',
    holds: (serial) => serial % 7 === 3,
  },
  kind: { path: '/api/v1/filters/scope/function/metrics?per_page=100', holds: () => true },
  context: {
    path: `/api/v1/contexts/c${'1'.padStart(31, '0')}/metrics?per_page=100`,
    holds: (serial) => serial % 3 === 1,
  },
  like: { path: '/api/v1/items/like/TEST_/metrics?per_page=500', holds: () => true },
} satisfies Record<string, List>;
