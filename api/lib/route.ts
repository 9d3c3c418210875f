import type { Logger } from 'pino';
import type { Instant } from '../../domain/calendar';
import type { RefusalCode } from '../../domain/refusal-codes';
import type { Store } from '../../generated/prisma/client';
import type { Db, Tx } from '../../prisma/db';
import type { Delivery } from '../../dispatch/delivery';
import type { TemporalUi } from '../../views/lib/workflow';
import type { Operation, Role } from './access';
import type { z } from '../../views/lib/zod';

/** What the process gives to every route. */
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

export interface Answer {
  status: number;
  body: unknown;
  /** Path of what was made. */
  location?: string;
  /** Kept for replays in place of the body: a secret is told once. */
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

interface Described {
  operation: Operation;
  path: string;
  summary: string;
  /** Shape of the body per status, or the media type of a file; null = a PDF. */
  answers: Record<number, z.ZodType | string | null>;
  /** Beyond those every route of its kind can give. */
  refusals?: readonly RefusalCode[];
}

type Body = z.ZodType;

/** A body that is a file: its bytes as they came. */
export interface Upload {
  mediaType: string;
  /** What it is, for the API's description. */
  description: string;
}

/** Looks things up. */
export interface ReadRoute<Q extends z.ZodType = z.ZodType> extends Described {
  kind: 'read';
  method: 'get';
  query: Q;
  handle(context: ReadContext<z.output<Q>>): Promise<Answer | File>;
}

/** Writes, and is done with it. */
export interface WriteRoute<B extends Body = Body> extends Described {
  kind: 'write';
  method: 'post' | 'patch' | 'delete';
  body: B;
  /** The body is a file; `body` is then the schema of its bytes. */
  upload?: Upload;
  handle(tx: Tx, context: WriteContext<z.output<B>>): Promise<Answer>;
}

/** Reads the resource as it is now. */
export type ReadResource<View> = (context: Omit<ReadContext, 'query'>, ref: string) => Promise<View>;

/** Writes a message to a workflow with the fact it follows from; the answer tells what came of it. */
export interface CommandRoute<B extends Body = Body> extends Described {
  kind: 'command';
  method: 'post';
  body: B;
  /** The body is a file; `body` is then the schema of its bytes. */
  upload?: Upload;
  /** The advance of the clock: no other write of the store runs beside it. */
  movesClock?: true;
  /** Seconds the workflow is waited for unless the request prefers otherwise; 0 = only handed over. */
  waits: number;
  /** Status once processed; 202 before. When the workflow is not waited for, status right away. */
  done: 200 | 201 | 202;
  /** `message` null = no workflow has to be told: done. */
  handle(
    tx: Tx,
    context: WriteContext<z.output<B>>,
  ): Promise<{ message: string | null; ref: string; location?: string }>;
  resource: ReadResource<unknown>;
  /** Whether the resource has come to what `Prefer: wait` waits for, where that is more than the workflow's coming to rest. */
  decided?(body: unknown): boolean;
}

/** Writes for the platform, outside any store. */
export interface PlatformRoute<B extends Body = Body> extends Described {
  kind: 'platform';
  method: 'post';
  body: B;
  handle(tx: Tx, context: PlatformContext<z.output<B>>): Promise<Answer>;
}

export type Route = ReadRoute | WriteRoute | CommandRoute | PlatformRoute;

// Each keeps the types of its own query or body inside the handler and drops them outside.
export function read<Q extends z.ZodType>(route: Omit<ReadRoute<Q>, 'kind' | 'method'>): Route {
  return { kind: 'read', method: 'get', ...route } as unknown as Route;
}
export function write<B extends Body>(
  method: 'post' | 'patch' | 'delete',
  route: Omit<WriteRoute<B>, 'kind' | 'method'>,
): Route {
  return { kind: 'write', method, ...route } as unknown as Route;
}
export function command<B extends Body>(
  route: Omit<CommandRoute<B>, 'kind' | 'method' | 'waits' | 'done'> & { waits?: number; done?: 200 | 201 | 202 },
): Route {
  return { kind: 'command', method: 'post', waits: 5, done: 200, ...route } as unknown as Route;
}
export function platform<B extends Body>(route: Omit<PlatformRoute<B>, 'kind' | 'method'>): Route {
  return { kind: 'platform', method: 'post', ...route } as unknown as Route;
}
