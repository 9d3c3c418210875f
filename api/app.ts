import express, { type ErrorRequestHandler, type Express, type RequestHandler } from 'express';
import { ipKeyGenerator, rateLimit } from 'express-rate-limit';
import helmet from 'helmet';
import type { Logger } from 'pino';
import { pinoHttp } from 'pino-http';
import { randomUUID } from 'node:crypto';
import { hashOf } from './lib/auth';
import { cardReturn } from './orders/cards';
import { errorPage } from './lib/error-page';
import { healthRoutes } from './operations/health';
import { languageOf } from './lib/language';
import { openApiDocument } from './lib/openapi';
import { Refused, internalProblem, problemOf, retryAfterOf, throwRefusal } from './lib/problems';
import { providerHandlers } from './outside/providers';
import type { Surroundings } from './lib/route';
import { routes } from './routes';
import { serve } from './lib/serve';

export interface ApiOptions extends Omit<Surroundings, 'now' | 'temporalNamespace'> {
  temporalNamespace?: string;
  /** The machine's clock. Only tests replace it. */
  now?: () => Date;
  /** Asks whether Temporal answers, for /readyz. If absent, /readyz does not check Temporal. */
  temporalReady?: () => Promise<boolean>;
}

/**
 * The limit of one API key, or of one IP address for requests without a key: on average 1000 requests a second. That is enough
 * for any shop, and it stops a runaway loop.
 */
const REQUESTS_PER_MINUTE = 60_000;

export function createApi(options: ApiOptions): Express {
  const env: Surroundings = {
    now: () => new Date(),
    temporalNamespace: 'default',
    ...options,
    publicUrl: options.publicUrl.replace(/\/$/, ''),
  };
  const app = express();
  app.disable('x-powered-by');
  app.set('trust proxy', 'loopback');
  app.use(helmet());
  app.use(requestId, log(env.log));
  app.use('/', healthRoutes(env.db, options.temporalReady));
  app.get('/docs/errors', errorPage);

  const providers = providerHandlers(env);
  app.post('/v1/providers/np/:storeId/news', ...providers.news);
  app.post('/v1/alarms/:storeId', ...providers.alarm);

  app.use(
    rateLimit({
      windowMs: 60_000,
      limit: REQUESTS_PER_MINUTE,
      standardHeaders: 'draft-8',
      legacyHeaders: false,
      keyGenerator: (req) => {
        const key = req.get('authorization');
        return key ? hashOf(key) : ipKeyGenerator(req.ip ?? '');
      },
      handler: (_req, _res, next) => next(new Refused([{ code: 'rate_limited' }])),
    }),
  );
  app.get('/v1/card_returns/:authenticationRef/:result', cardReturn(env));
  const document = openApiDocument(routes, env.publicUrl);
  app.get('/v1/openapi.json', (_req, res) => void res.json(document));
  for (const route of routes) app[route.method](route.path, ...serve(route, env));
  for (const path of new Set(routes.map((route) => route.path))) app.all(path, otherMethod(path));
  app.use(() => throwRefusal('not_found'));
  app.use(onError(env));
  return app;
}

/** Answers 405 (RFC 9110 §15.5.6) if the path belongs to a route, but no route with this path has the request's method. */
function otherMethod(path: string): RequestHandler {
  const allowed = routes.filter((route) => route.path === path).map((route) => route.method.toUpperCase());
  return (_req, res) => {
    res.set('Allow', [...new Set(allowed)].join(', '));
    throwRefusal('method_not_allowed');
  };
}

/**
 * Gives the request an id: the one that the caller sent if it is valid, else a new one. The answer returns the id in two headers,
 * X-Request-Id and Request-Id.
 */
const requestId: RequestHandler = (req, res, next) => {
  const callerId = req.get('x-request-id') ?? req.get('request-id') ?? '';
  const id = /^[\w.:/-]{1,128}$/.test(callerId) ? callerId : randomUUID();
  res.locals['requestId'] = id;
  res.set({ 'X-Request-Id': id, 'Request-Id': id });
  next();
};

/** Logs method, path, status and time of each request. Headers, query and body are left out: they can hold keys and names. */
function log(logger: Logger): RequestHandler {
  return pinoHttp({
    logger,
    genReqId: (_req, res) => (res as unknown as { locals: Record<string, string> }).locals['requestId'] ?? '',
    serializers: {
      req: (req: { id: string; method: string; url: string }) => ({
        id: req.id,
        method: req.method,
        path: req.url.split('?')[0],
      }),
      res: (res: { statusCode: number }) => ({ status: res.statusCode }),
    },
    customLogLevel: (_req, res, e) => (e || res.statusCode >= 500 ? 'error' : 'debug'),
  });
}

function onError(env: Surroundings): ErrorRequestHandler {
  return (error: unknown, req, res, next) => {
    if (res.headersSent) return next(error);
    const requestId = res.locals['requestId'] as string;
    const where = { language: languageOf(req), requestId, publicUrl: env.publicUrl };
    const refused = error instanceof Refused ? error : refusalOfExpress(error);
    if (!refused) env.log.error({ failure: failureOf(error), requestId }, 'request failed');
    const problem = refused ? problemOf(refused, where) : internalProblem(where);
    const retryAfter = retryAfterOf(problem);
    if (retryAfter !== null) res.set('Retry-After', String(retryAfter));
    if (problem.status === 401) res.set('WWW-Authenticate', 'Bearer');
    res.status(problem.status).type('application/problem+json').send(JSON.stringify(problem));
  };
}

/**
 * The parts of an unexpected error that are logged. The message of a Prisma error is left out, because it can repeat the query's
 * arguments, such as people's names and addresses.
 */
function failureOf(error: unknown): object {
  if (!(error instanceof Error)) return { type: typeof error };
  const { name, message, code, stack = '' } = error as Error & { code?: unknown };
  const frames = stack.split('\n').filter((line) => line.startsWith('    at '));
  return { name, code, ...(!name.startsWith('Prisma') && { message }), frames };
}

/**
 * The refusal for an error of Express or its body parser: the body is not JSON or too large, or the path cannot be decoded.
 * @returns null for any other error
 */
function refusalOfExpress(error: unknown): { reasons: Refused['reasons']; status?: number } | null {
  const { status, type, limit } = error as { status?: unknown; type?: unknown; limit?: number };
  if (error instanceof URIError) return { reasons: [{ code: 'not_found' }] };
  if (typeof status !== 'number' || status < 400 || status >= 500) return null;
  // The parser's own message is not used, because it repeats parts of the body.
  const detail =
    type === 'entity.too.large' ? `The body is larger than ${limit! / 1024} kB.` : 'The body is not valid JSON.';
  return { reasons: [{ code: 'invalid_request', detail }], status };
}
