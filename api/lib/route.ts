import type { Logger } from 'pino';
import type { Instant } from '../../domain/calendar';
import type { RefusalCode } from '../../domain/refusal-codes';
import type { Store } from '../../generated/prisma/client';
import type { Db, Tx } from '../../prisma/db';
import type { Delivery } from '../../dispatch/delivery';
import type { TemporalUi } from '../../views/lib/workflow';
import type { Operation, Role } from './access';
import type { z } from '../../views/lib/zod';

/** The things that every route needs from the process: database, delivery of messages, clock, configuration and log. */
export interface Surroundings extends TemporalUi {
  db: Db;
  delivery: Delivery;
  /** The machine's clock. It gives the time of a store without a simulated clock. */
  now: () => Date;
  /** The platform's key, from ADMIN_API_KEY in the environment. */
  adminKey: string;
  /** The URL at which callers and browsers reach this API, without a slash at the end. */
  publicUrl: string;
  log: Logger;
}

export interface Answer<S = Status, Body = unknown> {
  status: S;
  body: Body;
  /** The Location header: the path of the new resource. */
  location?: string;
  /** The body for repeated requests, if it differs from `body`: it lacks the secrets, which are shown only once. */
  stored?: unknown;
}

export interface File {
  contentType: string;
  bytes: Uint8Array;
  name: string;
}

interface Request {
  /** The named parts of the path, e.g. `id`. */
  params: Record<string, string>;
  actor: string;
  role: Role;
  requestId: string;
  /** The seconds of `Prefer: wait=N`, at most 30; null if the request has no such header. */
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
  /** The instant at which the request is accepted, by the store's clock. */
  at: Instant;
}

export interface PlatformContext<B = unknown> extends Request {
  body: B;
}

/** The statuses of successful answers. The type is not `number`, so that the compiler keeps an answer's status as a literal. */
type Status = 200 | 201 | 202;

/** A route's successful answers by status: the shape of a JSON body, or the media type of a file; null = a PDF. */
type Answers = { readonly [S in Status]?: z.ZodType | string | null };

type AnswerWith<S, Shape> = Shape extends z.ZodType
  ? Answer<S, z.infer<Shape>>
  : Shape extends string | null
    ? File
    : never;
/** The answers that a handler may return: a body of the shape that its status has in `answers`, or the file declared there. */
type AnswerOf<A extends Answers> = { [S in Status]: AnswerWith<S, A[S]> }[Status];
type JsonAnswerOf<A extends Answers> = Exclude<AnswerOf<A>, File>;
type BodyOf<A extends Answers> = JsonAnswerOf<A>['body'];

interface Described<A extends Answers> {
  operation: Operation;
  path: string;
  summary: string;
  answers: A;
  /** The refusals of this route, in addition to those that every route of its kind can give. */
  refusals?: readonly RefusalCode[];
}

type Body = z.ZodType;

/** Describes a request body that is a file. The handler gets its bytes as they arrived. */
export interface Upload {
  mediaType: string;
  /** Text for the OpenAPI document that says what the file is. */
  description: string;
}

/** A route that only reads. */
export interface ReadRoute<Q extends z.ZodType = z.ZodType, A extends Answers = Answers> extends Described<A> {
  kind: 'read';
  method: 'get';
  query: Q;
  handle(context: ReadContext<z.output<Q>>): Promise<AnswerOf<A>>;
}

/** A route that writes and waits for no workflow, so it is done when its transaction commits. */
export interface WriteRoute<B extends Body = Body, A extends Answers = Answers> extends Described<A> {
  kind: 'write';
  method: 'post' | 'patch' | 'delete';
  body: B;
  /** Present if the body is a file. `body` is then the schema of its bytes. */
  upload?: Upload;
  handle(tx: Tx, context: WriteContext<z.output<B>>): Promise<JsonAnswerOf<A>>;
}

/** Reads the resource with the id `ref` as it is now, for the answer to a command. */
export type ReadResource<View> = (context: Omit<ReadContext, 'query'>, ref: string) => Promise<View>;

/** A route that writes a fact and a message to a workflow. Its answer shows the resource after the workflow has acted on it. */
export interface CommandRoute<B extends Body = Body, A extends Answers = Answers> extends Described<A> {
  kind: 'command';
  method: 'post';
  body: B;
  /** Present if the body is a file. `body` is then the schema of its bytes. */
  upload?: Upload;
  /** Set only for the advance of the clock: its transaction runs while no other write of the store is running. */
  movesClock?: true;
  /** How many seconds the request waits for the workflow, unless its `Prefer: wait=N` says another; 0 = it does not wait. */
  waits: number;
  /**
   * HTTP status of the answer once the workflow has processed the message, and 202 until then. With `waits` 0 it is sent at
   * once.
   */
  done: Status;
  /**
   * Writes the fact. `message` is the id of the message; null = no workflow needs one, so the command is done. `ref` is the id of
   * the resource for the answer.
   */
  handle(
    tx: Tx,
    context: WriteContext<z.output<B>>,
  ): Promise<{ message: string | null; ref: string; location?: string }>;
  resource: ReadResource<BodyOf<A>>;
  /**
   * True if the resource shows the decision that the caller waits for. Only for a route whose workflow can have processed the
   * message before that decision is made. (The workflow of a new order has, while it waits for the screening of the buyer.)
   */
  decided?(body: BodyOf<A>): boolean;
}

/** A route that writes for the platform. Its caller belongs to no store. */
export interface PlatformRoute<B extends Body = Body, A extends Answers = Answers> extends Described<A> {
  kind: 'platform';
  method: 'post';
  body: B;
  handle(tx: Tx, context: PlatformContext<z.output<B>>): Promise<JsonAnswerOf<A>>;
}

export type Route = ReadRoute | WriteRoute | CommandRoute | PlatformRoute;

// These four functions make routes. In their argument the compiler checks the types of query, body and answers. The resulting
// `Route` drops these types, so that all routes fit in one list.
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
