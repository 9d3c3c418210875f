import type { Logger } from 'pino';
import type { Instant } from '../../domain/calendar';
import type { RefusalCode } from '../../domain/refusal-codes';
import type { Store } from '../../generated/prisma/client';
import type { Db, Tx } from '../../prisma/db';
import type { Delivery } from '../../dispatch/delivery';
import type { TemporalUi } from '../../views/lib/workflow';
import type { Operation, Role } from './access';
import type { z } from '../../views/lib/zod';

/** The process passes these to every route. */
export interface Surroundings extends TemporalUi {
  db: Db;
  delivery: Delivery;
  /** Wall clock: a real store's present. */
  now: () => Date;
  /** The platform's key, from the environment. */
  adminKey: string;
  /** Where callers and browsers reach this API, without a slash at the end. */
  publicUrl: string;
  log: Logger;
}

export interface Answer<S = Status, Body = unknown> {
  status: S;
  body: Body;
  /** Path of the new resource. */
  location?: string;
  /** Kept for replays in place of the body, so that a secret is shown only once. */
  stored?: unknown;
}

export interface File {
  contentType: string;
  bytes: Uint8Array;
  name: string;
}

interface Request {
  /** Named parts of the path. */
  params: Record<string, string>;
  actor: string;
  role: Role;
  requestId: string;
  /** `Prefer: wait=N`, at most 30 s; null when not asked for. */
  waitSeconds: number | null;
  env: Surroundings;
}

export interface ReadContext<Q = unknown> extends Request {
  store: Store;
  query: Q;
}

export interface WriteContext<B = unknown> extends Request {
  store: Store;
  body: B;
  /** Instant the request is accepted at, by the store's clock. */
  at: Instant;
}

export interface PlatformContext<B = unknown> extends Request {
  body: B;
}

/** Closed, so that the compiler keeps the status of an answer as a literal. */
type Status = 200 | 201 | 202;

/** The shape of the body per status, or the media type of a file; null = a PDF. */
type Answers = { readonly [S in Status]?: z.ZodType | string | null };

type AnswerWith<S, Shape> = Shape extends z.ZodType
  ? Answer<S, z.infer<Shape>>
  : Shape extends string | null
    ? File
    : never;
/** The answers a route may give: a body of the shape that its status has in `answers`, or the file that it declares. */
type AnswerOf<A extends Answers> = { [S in Status]: AnswerWith<S, A[S]> }[Status];
type JsonAnswerOf<A extends Answers> = Exclude<AnswerOf<A>, File>;
type BodyOf<A extends Answers> = JsonAnswerOf<A>['body'];

interface Described<A extends Answers> {
  operation: Operation;
  path: string;
  summary: string;
  answers: A;
  /** In addition to those that every route of its kind can give. */
  refusals?: readonly RefusalCode[];
}

type Body = z.ZodType;

/** A body that is a file. Its bytes stay as they arrived. */
export interface Upload {
  mediaType: string;
  /** Says in the API's description what the file is. */
  description: string;
}

/** Reads only. */
export interface ReadRoute<Q extends z.ZodType = z.ZodType, A extends Answers = Answers> extends Described<A> {
  kind: 'read';
  method: 'get';
  query: Q;
  handle(context: ReadContext<z.output<Q>>): Promise<AnswerOf<A>>;
}

/** Writes and is done when its transaction commits. */
export interface WriteRoute<B extends Body = Body, A extends Answers = Answers> extends Described<A> {
  kind: 'write';
  method: 'post' | 'patch' | 'delete';
  body: B;
  /** The body is a file; `body` is then the schema of its bytes. */
  upload?: Upload;
  handle(tx: Tx, context: WriteContext<z.output<B>>): Promise<JsonAnswerOf<A>>;
}

/** Reads the resource as it is now. */
export type ReadResource<View> = (context: Omit<ReadContext, 'query'>, ref: string) => Promise<View>;

/** Writes a fact and a message to a workflow. The answer shows the resource after the workflow has processed the message. */
export interface CommandRoute<B extends Body = Body, A extends Answers = Answers> extends Described<A> {
  kind: 'command';
  method: 'post';
  body: B;
  /** The body is a file; `body` is then the schema of its bytes. */
  upload?: Upload;
  /** The advance of the clock: no other write of the store runs beside it. */
  movesClock?: true;
  /** How many seconds to wait for the workflow, unless the request prefers another number; 0 = do not wait. */
  waits: number;
  /** Status once processed; 202 before. Without a wait it is the status at once. */
  done: Status;
  /** `message` null = no workflow needs a message, so the command is done. */
  handle(
    tx: Tx,
    context: WriteContext<z.output<B>>,
  ): Promise<{ message: string | null; ref: string; location?: string }>;
  resource: ReadResource<BodyOf<A>>;
  /** Whether the resource has reached what `Prefer: wait` waits for, where that is more than a workflow at rest. */
  decided?(body: BodyOf<A>): boolean;
}

/** Writes for the platform, outside any store. */
export interface PlatformRoute<B extends Body = Body, A extends Answers = Answers> extends Described<A> {
  kind: 'platform';
  method: 'post';
  body: B;
  handle(tx: Tx, context: PlatformContext<z.output<B>>): Promise<JsonAnswerOf<A>>;
}

export type Route = ReadRoute | WriteRoute | CommandRoute | PlatformRoute;

// Inside a route the compiler knows the types of its query, body and answers. Outside they are dropped.
export function read<Q extends z.ZodType, A extends Answers>(route: Omit<ReadRoute<Q, A>, 'kind' | 'method'>): Route {
  return { kind: 'read', method: 'get', ...route } as unknown as Route;
}
export function write<B extends Body, A extends Answers>(
  method: 'post' | 'patch' | 'delete',
  route: Omit<WriteRoute<B, A>, 'kind' | 'method'>,
): Route {
  return { kind: 'write', method, ...route } as unknown as Route;
}
export function command<B extends Body, A extends Answers>(
  route: Omit<CommandRoute<B, A>, 'kind' | 'method' | 'waits' | 'done'> & { waits?: number; done?: Status },
): Route {
  return { kind: 'command', method: 'post', waits: 5, done: 200, ...route } as unknown as Route;
}
export function platform<B extends Body, A extends Answers>(
  route: Omit<PlatformRoute<B, A>, 'kind' | 'method'>,
): Route {
  return { kind: 'platform', method: 'post', ...route } as unknown as Route;
}
