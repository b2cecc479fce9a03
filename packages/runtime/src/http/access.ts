import { ProblemError, type Scope } from '@monitor-server/contract';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { secretIn } from '../access/credentials.ts';
import type { Finding, Keyring, Token } from '../access/keyring.ts';
import type { Limits } from './limits.ts';

declare module 'fastify' {
  interface FastifyContextConfig {
    /** The scopes of which any one opens the route; none opens it to everybody. Without it, only `admin` does. */
    scopes?: readonly Scope[];
    /** Whether the route counts towards the limits of how often somebody may ask. */
    limited?: boolean;
  }
  interface FastifyRequest {
    /** Who asks; `undefined` where that is not known. Not there where access is open. */
    holder?: Token | undefined;
  }
}

const ADMIN_ONLY: readonly Scope[] = [];

const REALM = 'realm="monitor-server"';

const REASONS: Readonly<Record<Exclude<Finding, Token>, string>> = {
  unknown: 'The token is not known to this server.',
  expired: 'The token has expired.',
  revoked: 'The token was revoked.',
};

const ASK =
  'This server wants an access token: as Authorization: Bearer TOKEN, or as the password in https://ci:TOKEN@host.';

function isToken(finding: Finding | undefined): finding is Token {
  return typeof finding === 'object';
}

function holds({ scopes }: Token, needed: readonly Scope[]): boolean {
  return scopes.includes('admin') || needed.some((scope) => scopes.includes(scope));
}

/** Whether access tokens are asked for at all. */
export function isControlled(request: FastifyRequest): boolean {
  return 'holder' in request;
}

/** Whether whoever asks may do what a scope stands for: everybody where access is open. */
export function mayDo(request: FastifyRequest, scope: Scope): boolean {
  if (!isControlled(request)) return true;
  return request.holder !== undefined && holds(request.holder, [scope]);
}

function tooMany(reply: FastifyReply, seconds: number, what: string): ProblemError {
  reply.header('retry-after', String(seconds));
  return new ProblemError(429, `${what} Try again in ${seconds} seconds.`);
}

function unauthorized(reply: FastifyReply, finding: Exclude<Finding, Token> | undefined): ProblemError {
  const error = finding === undefined ? '' : ', error="invalid_token"';
  reply.header('www-authenticate', [`Basic ${REALM}, charset="UTF-8"`, `Bearer ${REALM}${error}`]);
  return new ProblemError(401, finding === undefined ? ASK : `${REASONS[finding]} ${ASK}`);
}

function forbidden(reply: FastifyReply, needed: readonly Scope[], { name, scopes }: Token): ProblemError {
  const wanted = needed.length === 0 ? 'admin' : needed.join(' or ');
  reply.header('www-authenticate', `Bearer ${REALM}, error="insufficient_scope", scope="${wanted}"`);
  return new ProblemError(
    403,
    `This wants a token with the scope ${wanted}; that of ${JSON.stringify(name)} has ${scopes.join(', ')}.`,
  );
}

export interface AccessControl {
  /** Undefined where everybody may do everything. */
  keyring: Keyring | undefined;
  limits: Limits | undefined;
}

/**
 * Lets in who may be let in, before anything of the body is read. Routes say in their `config` which scopes open them;
 * what there is no route for is answered as ever, since it gives nothing away.
 */
export function controlAccess(app: FastifyInstance, { keyring, limits }: AccessControl): void {
  if (keyring !== undefined) app.decorateRequest('holder', undefined);

  /** Why a request that is not let in is not. */
  async function refusal(
    request: FastifyRequest,
    reply: FastifyReply,
    finding: Exclude<Finding, Token> | undefined,
  ): Promise<ProblemError> {
    // One that posts results learns at once that its token is none.
    const isLimited = finding !== undefined && request.routeOptions.config.limited === true;
    const wait = isLimited ? await limits?.failures(request) : undefined;
    return wait === undefined
      ? unauthorized(reply, finding)
      : tooMany(reply, wait, 'There were too many requests with tokens that are not valid.');
  }

  /** Fails where whoever asks may not. */
  async function check(request: FastifyRequest, reply: FastifyReply, keys: Keyring): Promise<void> {
    const { scopes: needed } = request.routeOptions.config;
    const secret = secretIn(request.headers.authorization);
    const finding = secret === undefined ? undefined : keys.find(secret);
    if (isToken(finding)) request.holder = finding;
    if (needed?.length === 0) return;
    if (!keys.isKnown)
      throw new ProblemError(503, 'Tokens cannot be checked at the moment. Try again later.');
    if (!isToken(finding)) throw await refusal(request, reply, finding);
    if (!holds(finding, needed ?? ADMIN_ONLY)) throw forbidden(reply, needed ?? ADMIN_ONLY, finding);
  }

  app.addHook('onRequest', async (request, reply) => {
    if (request.is404) return;
    if (keyring !== undefined) await check(request, reply, keyring);
    if (limits === undefined || request.routeOptions.config.limited !== true) return;
    const wait = await limits.requests(request, request.holder?.name);
    if (wait !== undefined) throw tooMany(reply, wait, 'There were too many requests.');
  });
}
