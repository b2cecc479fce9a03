import type { FastifyInstance } from 'fastify';

/** How a machine without IPv6 refuses to listen on all of it. */
const NO_IPV6 = new Set(['EAFNOSUPPORT', 'EADDRNOTAVAIL', 'EINVAL']);

/** Listens on one address, or on all: IPv6 and IPv4 together, IPv4 alone where the machine has no IPv6. */
export async function listen(app: FastifyInstance, port: number, host: string | undefined): Promise<string> {
  if (host !== undefined) return app.listen({ port, host });
  try {
    return await app.listen({ port, host: '::' });
  } catch (error) {
    if (!NO_IPV6.has((error as NodeJS.ErrnoException).code ?? '')) throw error;
    return app.listen({ port, host: '0.0.0.0' });
  }
}
