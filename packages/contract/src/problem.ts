import { z } from 'zod';

/** Every kind of failure the API answers with, by status. */
const titles = {
  400: 'Bad Request',
  401: 'Unauthorized',
  403: 'Forbidden',
  404: 'Not Found',
  405: 'Method Not Allowed',
  408: 'Request Timeout',
  413: 'Content Too Large',
  414: 'URI Too Long',
  415: 'Unsupported Media Type',
  429: 'Too Many Requests',
  431: 'Request Header Fields Too Large',
  500: 'Internal Server Error',
  503: 'Service Unavailable',
} as const;

export type ProblemStatus = keyof typeof titles;

/** What is wrong, by field of the body. */
export type FieldErrors = Record<string, string>;

/** An RFC 9457 problem; `message` repeats `detail` for clients older than the RFC. */
export const problem = z.object({
  type: z.string(),
  title: z.string(),
  status: z.number(),
  detail: z.string(),
  message: z.string(),
  errors: z.record(z.string(), z.string()).optional(),
});

export type Problem = z.infer<typeof problem>;

export function createProblem(status: ProblemStatus, detail: string, errors?: FieldErrors): Problem {
  return {
    type: 'about:blank',
    title: titles[status],
    status,
    detail,
    message: detail,
    ...(errors === undefined ? {} : { errors }),
  };
}

/** A failure that is answered as a problem: throw it anywhere below a route. */
export class ProblemError extends Error {
  readonly status: ProblemStatus;
  readonly errors: FieldErrors | undefined;

  constructor(status: ProblemStatus, detail: string, errors?: FieldErrors, options?: ErrorOptions) {
    super(detail, options);
    this.name = 'ProblemError';
    this.status = status;
    this.errors = errors;
  }
}
