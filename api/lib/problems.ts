import type { z } from 'zod';
import { type RefusalCode, refusalCodes, refusalTexts } from '../../domain/refusal-codes';
import type { Checked, Refusal, Result } from '../../domain/refusal';
import type { ProblemView } from '../../views/problem';

export type Language = 'ja' | 'en';

/** One reason why a request is refused, as the caller of the API reads it. */
export interface Reason {
  code: RefusalCode;
  /** JSON pointer (RFC 6901) to the member of the request that caused it, e.g. `/lines/0/plan_id`. */
  field?: string;
  params?: Refusal['params'];
  /** A text in place of the code's general advice, if that says too little (e.g. which member is unknown or too long). */
  detail?: string;
}

/**
 * Thrown to refuse a request for one or more reasons. The transaction rolls back, and the error handler answers with a Problem.
 */
export class Refused extends Error {
  override readonly name = 'Refused';
  constructor(
    readonly reasons: readonly Reason[],
    readonly status?: number,
  ) {
    super(reasons.map((reason) => reason.code).join(', '));
  }
}

/** Refuses the request for one reason. @throws Refused */
export function throwRefusal(code: RefusalCode, details: Omit<Reason, 'code'> = {}): never {
  throw new Refused([{ code, ...details }]);
}

/** The value of a successful result. A failed one refuses the request for the domain's reasons. @throws Refused */
export function orRefuse<T>(result: Result<T> | Checked<T>, locate?: Locate): T {
  if (result.ok) return result.value;
  const refusals = 'refusals' in result ? result.refusals : [result.refusal];
  throw new Refused(refusals.map((refusal) => reasonOf(refusal, locate)));
}

type Path = readonly PropertyKey[];

/**
 * Converts the path of a member of a checked object to its place in the caller's input. It is needed if the input is not a JSON
 * body but e.g. a CSV file, where the place is a line and a column.
 */
export type Locate = (member: Path) => Path;

/**
 * Converts a refusal by a rule of the domain to a reason for the caller. The domain's inputs have the same members as the request
 * bodies, but in camel case. So the refusal's field in snake case is the JSON pointer into the body.
 */
export function reasonOf({ field, ...refusal }: Refusal, locate?: Locate): Reason {
  if (!field && !locate) return refusal;
  const member = (field ?? []).map((part) => (typeof part === 'string' ? snakeCase(part) : part));
  return { ...refusal, field: pointer(locate ? locate(member) : member) };
}

function snakeCase(name: string): string {
  return name.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);
}

/** The row, if it exists. @throws Refused not_found for null or undefined */
export function found<T>(row: T | null | undefined): T {
  return row ?? throwRefusal('not_found');
}

/**
 * The body of an error answer (RFC 9457). `detail` says what to do. `errors` has each reason, with a JSON pointer to its member.
 */
export interface Problem extends ProblemView {
  code: RefusalCode | 'internal_error';
  errors: { pointer?: string; code: RefusalCode; detail: string; params?: Refusal['params'] }[];
}

export function problemOf(
  refused: { reasons: readonly Reason[]; status?: number | undefined },
  where: { language: Language; requestId: string; publicUrl: string },
): Problem {
  const codes = new Set(refused.reasons.map((reason) => reason.code));
  const [first = 'invalid_request'] = codes;
  const code: RefusalCode = codes.size === 1 ? first : 'invalid_request';
  const text = refusalTexts[code][where.language];
  return {
    type: `${where.publicUrl}/docs/errors#${code}`,
    title: text.title,
    // Reasons with different codes get the common code invalid_request. The status is then that of the first reason.
    status: refused.status ?? refusalTexts[first].status,
    detail: text.cure,
    code,
    request_id: where.requestId,
    errors: refused.reasons.map((reason) => ({
      ...(reason.field !== undefined && { pointer: reason.field }),
      code: reason.code,
      detail: reason.detail ?? refusalTexts[reason.code][where.language].cure,
      ...(reason.params && { params: reason.params }),
    })),
  };
}

/** The texts of internal_error, the only error answer that is not a refusal. */
export const internalErrorText = {
  ja: {
    title: 'サーバーで問題が発生しました。',
    cure: '同じ Idempotency-Key で再送してください。続く場合は request_id を添えてお問い合わせください。',
  },
  en: {
    title: 'Something went wrong on our side.',
    cure: 'Send it again with the same Idempotency-Key; if it persists, ask us and name the request_id.',
  },
} as const;

export function internalProblem(where: { language: Language; requestId: string; publicUrl: string }): Problem {
  const { title, cure } = internalErrorText[where.language];
  return {
    type: `${where.publicUrl}/docs/errors#internal_error`,
    title,
    status: 500,
    detail: cure,
    code: 'internal_error',
    request_id: where.requestId,
    errors: [],
  };
}

/** The seconds of the Retry-After header for a problem that soon passes by itself; null for other problems. */
export function retryAfterOf(problem: Problem): number | null {
  return problem.code === 'clock_advancing' || problem.code === 'idempotency_in_flight' ? 1 : null;
}

/**
 * The reasons for Zod's issues. An issue whose message is a refusal code gets this code. Any other issue gets invalid_request,
 * with its message as the detail.
 */
export function reasonsOf(error: z.ZodError, locate: Locate = (member) => member): Reason[] {
  return error.issues.flatMap((issue): Reason[] => {
    if (issue.code === 'unrecognized_keys')
      return issue.keys.map((key) => ({
        code: 'invalid_request',
        field: pointer(locate([...issue.path, key])),
        detail: issue.message,
      }));
    const field = pointer(locate(issue.path));
    const code = refusalCodes.find((known) => known === issue.message);
    if (!code) return [{ code: 'invalid_request', field, detail: issue.message }];
    const params = issue.code === 'custom' ? (issue.params as Refusal['params']) : undefined;
    return [{ code, field, ...(params && { params }) }];
  });
}

/** The path as a JSON pointer (RFC 6901). */
export function pointer(path: Path): string {
  return path.map((part) => `/${String(part).replaceAll('~', '~0').replaceAll('/', '~1')}`).join('');
}
