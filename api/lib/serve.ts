import { setTimeout as sleep } from 'node:timers/promises';
import express, { type Request, type RequestHandler, type Response } from 'express';
import type { Refusal } from '../../domain/refusal';
import { type Tx, isUniqueViolation } from '../../prisma/db';
import { type Operation, mayCall } from './access';
import { type Caller, callerOf } from './auth';
import { forbiddenContent } from './input/bodies';
import { type StoredAnswer, claim, keep, readKey, requestHash } from './idempotency';
import { parse } from './input/parse';
import { Refused, pointer, reasonOf, throwRefusal } from './problems';
import type {
  Answer,
  CommandRoute,
  File,
  PlatformContext,
  PlatformRoute,
  Route,
  Surroundings,
  WriteRoute,
} from './route';
import { acceptedAt, isLockTimeout } from './store-clock';

/**
 * Reads any body as JSON, whatever its Content-Type. Most bodies have a few kB. The largest are 1,000 debit results, with up to
 * 100 bytes each.
 */
export const jsonBody: RequestHandler = express.json({ limit: '100kb', type: () => true });
/** Reads an uploaded file. 10 MB are about 80,000 debits in a bank's file, where each debit is a record of 120 bytes. */
const fileBody: RequestHandler = express.raw({ limit: '10mb', type: () => true });

/**
 * The Express handlers of a route. They find the caller, check its role and parse the request. Then they run the route, or repeat
 * its earlier answer to the same Idempotency-Key.
 */
export function serve(route: Route, env: Surroundings): RequestHandler[] {
  return [
    (req, res, next) => {
      authorise(route.operation, env, req, res).then(() => next(), next);
    },
    ...(route.kind === 'read' ? [] : [isUpload(route) ? fileBody : jsonBody]),
    async (req, res) => {
      const request = {
        params: req.params as Record<string, string>,
        actor: caller(res).actor,
        role: caller(res).role,
        requestId: res.locals['requestId'] as string,
        waitSeconds: preferredWait(req),
        env,
      };
      refuseNul(req);
      if (route.kind === 'read') {
        const query = parse(route.query, req.query, req);
        return send(res, await route.handle({ ...request, store: storeOf(res), query }));
      }
      const key = route.method === 'delete' ? null : readKey(req.get('idempotency-key'));
      const body = bodyOf(route, req);
      const scope = caller(res).store?.id ?? 'platform';
      const hash = requestHash(req.method, req.path, req.body);
      const context = { ...request, body };

      const work = async (tx: Tx): Promise<{ stored: StoredAnswer; answer?: Answer; replayed: boolean }> => {
        const earlier = key === null ? null : await claim(tx, scope, key, hash);
        if (earlier) return { stored: earlier, replayed: true };
        const made = await perform(route, tx, context, res);
        if (key !== null) await keep(tx, scope, key, made.stored);
        return { ...made, replayed: false };
      };
      const { stored, answer, replayed } = await env.db.$transaction(work).catch((e: unknown) => {
        if (isLockTimeout(e)) throwRefusal('idempotency_in_flight');
        // Two requests with different keys created the same resource at once. Neither handler saw the other's uncommitted row.
        if (isUniqueViolation(e)) throwRefusal('already_exists');
        throw e;
      });
      if (replayed) res.set('Idempotent-Replayed', 'true');
      if (answer) return send(res, answer);
      if ('refusals' in stored.kept) throw new Refused(stored.kept.refusals);
      if ('answer' in stored.kept) return send(res, replayOf(stored, stored.kept.answer));

      // The effect is committed. If the process dies from here on, a second request with the same key repeats these steps.
      const outcome = await deliverAndRead(route as CommandRoute, stored, { ...request, store: storeOf(res) });
      if (key !== null && outcome.final) await keep(env.db, scope, key, outcome.stored);
      if ('refusals' in outcome.stored.kept) throw new Refused(outcome.stored.kept.refusals);
      send(res, replayOf(outcome.stored, (outcome.stored.kept as { answer: unknown }).answer));
    },
  ];
}

/**
 * Refuses U+0000 in path and query, which PostgreSQL can neither store nor compare. A path with it names no resource: not_found.
 */
function refuseNul(req: Request): void {
  const hasNul = (value: unknown) => [value].flat().some((text) => String(text).includes('\u0000'));
  if (Object.values(req.params).some(hasNul)) throwRefusal('not_found');
  const member = Object.keys(req.query).find((name) => hasNul(req.query[name]));
  if (member !== undefined) throwRefusal('invalid_request', { field: pointer([member]) });
}

async function authorise(operation: Operation, env: Surroundings, req: Request, res: Response): Promise<void> {
  const who = await callerOf(req.get('authorization'), env.db, env.adminKey);
  if (!who) return throwRefusal('unauthorized');
  if (!mayCall(who.role, operation)) throwRefusal('forbidden', { params: { role: who.role } });
  res.locals['caller'] = who;
}

function caller(res: Response): Caller {
  return res.locals['caller'];
}

function storeOf(res: Response) {
  return caller(res).store ?? throwRefusal('forbidden');
}

function isUpload(route: Route): boolean {
  return 'upload' in route && route.upload !== undefined;
}

function bodyOf(route: Exclude<Route, { kind: 'read' }>, req: Request): unknown {
  // A file is not searched for card numbers, because any run of digits in a bank's file may look like one.
  if (isUpload(route)) return parse(route.body, Buffer.isBuffer(req.body) ? req.body : Buffer.alloc(0), req);
  const forbidden = forbiddenContent(req.body);
  if (forbidden.length > 0) throw new Refused(forbidden);
  return parse(route.body, req.body ?? {}, req);
}

/** Runs the handler of a write in the transaction `tx`. */
async function perform(
  route: WriteRoute | CommandRoute | PlatformRoute,
  tx: Tx,
  context: PlatformContext,
  res: Response,
): Promise<{ stored: StoredAnswer; answer?: Answer }> {
  if (route.kind === 'platform') return settled(await route.handle(tx, context));
  const store = storeOf(res);
  const alone = route.kind === 'command' && route.movesClock;
  const at = await acceptedAt(tx, store, context.env.now, alone);
  if (route.kind === 'write') return settled(await route.handle(tx, { ...context, store, at }));
  const { message, ref, location } = await route.handle(tx, { ...context, store, at });
  return { stored: { status: null, location: location ?? null, kept: { pending: { message, ref } } } };
}

function settled(answer: Answer): { stored: StoredAnswer; answer: Answer } {
  const { status, location = null, body, stored = body } = answer;
  return { stored: { status, location, kept: { answer: stored } }, answer };
}

function replayOf(stored: StoredAnswer, body: unknown): Answer<number> {
  return { status: stored.status ?? 200, body, ...(stored.location !== null && { location: stored.location }) };
}

/**
 * How often a request that waits for a decision reads the resource again. The screening of a new buyer takes some hundred
 * milliseconds, and one poll costs two short reads.
 */
const DECISION_POLL_MS = 50;

/** Delivers a command's message, waits for the workflow as long as the request prefers, and reads the resource for the answer. */
async function deliverAndRead(
  route: CommandRoute,
  stored: StoredAnswer,
  context: Parameters<CommandRoute['resource']>[0],
): Promise<{ stored: StoredAnswer; final: boolean }> {
  if (!('pending' in stored.kept)) throw new Error('an answer kept twice');
  const { message, ref } = stored.kept.pending;
  const { delivery } = context.env;
  if (message === null) {
    const body = await route.resource(context, ref);
    return { stored: { ...stored, status: route.done, kept: { answer: body } }, final: true };
  }
  const { refusal } = await delivery.now(context.store.id, message);
  if (refusal) return refusedWith(stored, refusal);
  const seconds = context.waitSeconds ?? route.waits;
  const until = performance.now() + seconds * 1000;
  const processed = seconds > 0 ? await delivery.untilProcessed(context.store.id, message, seconds * 1000) : null;
  if (processed?.refusal) return refusedWith(stored, processed.refusal);
  let body = await route.resource(context, ref);
  while (processed && route.decided && !route.decided(body) && performance.now() < until) {
    await sleep(DECISION_POLL_MS);
    body = await route.resource(context, ref);
  }
  // If the message is not processed in time, this answer is not final. A second request with the same key waits again.
  const status = processed || route.waits === 0 ? route.done : 202;
  return { stored: { ...stored, status, kept: { answer: body } }, final: processed !== null || route.waits === 0 };
}

function refusedWith(stored: StoredAnswer, refusal: Refusal): { stored: StoredAnswer; final: boolean } {
  return { stored: { ...stored, status: 409, kept: { refusals: [reasonOf(refusal)] } }, final: true };
}

function preferredWait(req: Request): number | null {
  const wait = /(?:^|[,;]\s*)wait=(\d{1,4})(?:\s*(?:[,;]|$))/.exec(req.get('prefer') ?? '')?.[1];
  return wait === undefined ? null : Math.min(Number(wait), 30);
}

function send(res: Response, answer: Answer<number> | File): void {
  if ('bytes' in answer) {
    res.set('Content-Type', answer.contentType);
    const shown = answer.contentType === 'application/octet-stream' ? 'attachment' : 'inline';
    res.set('Content-Disposition', `${shown}; filename*=UTF-8''${encodeURIComponent(answer.name)}`);
    res.send(Buffer.from(answer.bytes));
    return;
  }
  if (answer.location) res.set('Location', answer.location);
  res.status(answer.status).json(answer.body);
}
