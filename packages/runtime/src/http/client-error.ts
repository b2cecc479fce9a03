import type { Socket } from 'node:net';
import { createProblem, type ProblemStatus } from '@monitor-server/contract';
import { PROBLEM_TYPE } from './problems.ts';

const PROBLEMS: Readonly<Record<string, [ProblemStatus, string]>> = {
  HPE_HEADER_OVERFLOW: [431, 'The request line and headers are longer than 16 KiB.'],
  ERR_HTTP_REQUEST_TIMEOUT: [408, 'The request did not arrive in time.'],
};

/** Answers what is no HTTP request, or too large a head for one, before there is a request to answer. */
export function handleClientError(error: NodeJS.ErrnoException, socket: Socket): void {
  if (error.code === 'ECONNRESET' || !socket.writable) {
    socket.destroy();
    return;
  }
  const [status, detail] = PROBLEMS[error.code ?? ''] ?? [400, 'This is not an HTTP request.'];
  const problem = createProblem(status, detail);
  const body = JSON.stringify(problem);
  socket.end(
    `HTTP/1.1 ${status} ${problem.title}\r\nContent-Type: ${PROBLEM_TYPE}\r\n` +
      `Content-Length: ${Buffer.byteLength(body)}\r\nConnection: close\r\n\r\n${body}`,
  );
}
