import type { z } from 'zod';
import { type RefusalCode, refusalCodes, refusalTexts } from '../../domain/refusal-codes';
import type { Checked, Refusal, Result } from '../../domain/refusal';
import type { ProblemView } from '../../views/problem';

export type Language = 'ja' | 'en';

/** A refusal as the caller of the API reads it. */
export interface Reason {
  code: RefusalCode;
  /** JSON pointer (RFC 6901) to the member of the request that caused it, e.g. `/lines/0/plan_id`. */
  field?: string;
  params?: Refusal['params'];
  /** A text in place of the code's cure if that says too little (which member is unknown, which is too long). */
  detail?: string;
}

/** Ends a request and rolls its transaction back, with one or more refusals. The error handler turns it into a problem. */
export class Refused extends Error {
  override readonly name = 'Refused';
  constructor(
    readonly reasons: readonly Reason[],
    readonly status?: number,
  ) {
    super(reasons.map((reason) => reason.code).join(', '));
  }
}

/** @throws Refused */
export function throwRefusal(code: RefusalCode, details: Omit<Reason, 'code'> = {}): never {
  throw new Refused([{ code, ...details }]);
}

/** The value, or a request refused for the domain's reasons. @throws Refused */
export function orRefuse<T>(result: Result<T> | Checked<T>, locate?: Locate): T {
  if (result.ok) return result.value;
  const refusals = 'refusals' in result ? result.refusals : [result.refusal];
  throw new Refused(refusals.map((refusal) => reasonOf(refusal, locate)));
}

type Path = readonly PropertyKey[];

/** Finds the place of a member in the caller's input if that is not the body itself but, for example, a line of a file. */
export type Locate = (member: Path) => Path;

/** The domain's refusal with a JSON pointer: its inputs have the members of the bodies, in camel case. */
export function reasonOf({ field, ...refusal }: Refusal, locate?: Locate): Reason {
  if (!field && !locate) return refusal;
  const member = (field ?? []).map((part) => (typeof part === 'string' ? snakeCase(part) : part));
  return { ...refusal, field: pointer(locate ? locate(member) : member) };
}

function snakeCase(name: string): string {
  return name.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);
}

/** @throws Refused not_found for null */
export function found<T>(row: T | null | undefined): T {
  return row ?? throwRefusal('not_found');
}

/** `detail` says what to do; `errors` names each member by its JSON pointer. */
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
    // Several different reasons share the code invalid_request. The status stays that of the first.
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

/** The only problem that is not a refusal. */
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

/** The seconds of Retry-After for a code whose cure is to try again shortly; null for other codes. */
export function retryAfterOf(problem: Problem): number | null {
  return problem.code === 'clock_advancing' || problem.code === 'idempotency_in_flight' ? 1 : null;
}

/** Zod's issues as refusals. A message that is a refusal code becomes that refusal. Any other message becomes the detail. */
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

/** RFC 6901 */
export function pointer(path: Path): string {
  return path.map((part) => `/${String(part).replaceAll('~', '~0').replaceAll('/', '~1')}`).join('');
}
