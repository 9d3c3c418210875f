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
  /** Wall clock; only tests give another. */
  now?: () => Date;
  /** Whether Temporal answers, for /readyz; absent = not asked. */
  temporalReady?: () => Promise<boolean>;
}

/** One key may ask 1000 times a second over a minute: enough for any shop, not for a loop gone wild. */
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

/** A path we know, asked in a way it does not take (RFC 9110 §15.5.6). */
function otherMethod(path: string): RequestHandler {
  const allowed = routes.filter((route) => route.path === path).map((route) => route.method.toUpperCase());
  return (_req, res) => {
    res.set('Allow', [...new Set(allowed)].join(', '));
    throwRefusal('method_not_allowed');
  };
}

/** The caller's own id of the request, if it is one, else a new one; told back in both spellings. */
const requestId: RequestHandler = (req, res, next) => {
  const given = req.get('x-request-id') ?? req.get('request-id') ?? '';
  const id = /^[\w.:/-]{1,128}$/.test(given) ? given : randomUUID();
  res.locals['requestId'] = id;
  res.set({ 'X-Request-Id': id, 'Request-Id': id });
  next();
};

/** Method, path, status and time of each request; never headers, query or body. */
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

/** Prisma's messages can repeat the arguments, which are people's names and addresses: only its code and the stack are told. */
function failureOf(error: unknown): object {
  if (!(error instanceof Error)) return { type: typeof error };
  const { name, message, code, stack = '' } = error as Error & { code?: unknown };
  const frames = stack.split('\n').filter((line) => line.startsWith('    at '));
  return { name, code, ...(!name.startsWith('Prisma') && { message }), frames };
}

/** What Express and its body parser refuse by themselves: not JSON, too large, a path that cannot be decoded. */
function refusalOfExpress(error: unknown): { reasons: Refused['reasons']; status?: number } | null {
  const { status, type, limit } = error as { status?: unknown; type?: unknown; limit?: number };
  if (error instanceof URIError) return { reasons: [{ code: 'not_found' }] };
  if (typeof status !== 'number' || status < 400 || status >= 500) return null;
  // Not the parser's own words: they repeat what was sent.
  const detail =
    type === 'entity.too.large' ? `The body is larger than ${limit! / 1024} kB.` : 'The body is not valid JSON.';
  return { reasons: [{ code: 'invalid_request', detail }], status };
}
