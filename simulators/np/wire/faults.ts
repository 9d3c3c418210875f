import type { NextFunction, Request, Response } from 'express';
import { z } from 'zod';
import { Fired } from '../../fired';
import { NpError } from './errors';
import type { MerchantSettings } from '../settings';

/** The calls of NP's API, named like the methods of the engine's CreditProvider. */
export const callNames = [
  'registerBuyer',
  'reapplyBuyer',
  'buyer',
  'findBuyer',
  'registerTransaction',
  'findTransaction',
  'cancelTransactions',
  'requestBilling',
  'issuedBills',
  'billDocument',
  'directDebitActive',
  'directDebitEnded',
] as const;
export type CallName = (typeof callNames)[number];

/**
 * The ways in which the simulator can misbehave for one shop. News are NP's notices to the shop.
 * - `down`: HTTP 503 under maintenance, nothing done
 * - `refuse`: HTTP 400, nothing done
 * - `timeout_before_effect`: the connection is cut without an answer, nothing done
 * - `timeout_after_effect`: done, then the connection is cut without an answer
 * - `hang_after_effect`: done, but never answered; the caller times out
 * - `answer_twice`: the request reaches NP twice, as through a proxy that repeats it; the caller receives the second
 *   answer
 * - `news_twice`: the next news is sent twice
 * - `news_late`: the next news is sent a day late
 * - `news_out_of_order`: the next news is sent after the one that follows it
 */
export const faultSchema = z
  .strictObject({
    shop_code: z.string(),
    /** The affected call, `*` for every call, or `news` for the `news_…` modes. */
    call: z.enum([...callNames, '*', 'news']).default('*'),
    mode: z.enum([
      'down',
      'refuse',
      'timeout_before_effect',
      'timeout_after_effect',
      'hang_after_effect',
      'answer_twice',
      'news_twice',
      'news_late',
      'news_out_of_order',
    ]),
    /** For the `news_…` modes: if set, the fault affects only news of this type, e.g. `bill.paid`. */
    about: z.string().optional(),
    /** Number of calls or news that the fault affects. */
    times: z.int().min(1).max(1000).default(1),
  })
  .refine(({ call, mode }) => (call === 'news') === mode.startsWith('news_') || call === '*', {
    message: 'news_… modes go with call "news", the others with a call or "*"',
  });

export type Fault = z.infer<typeof faultSchema>;

/** Faults in the order they were filed. Each is removed after `times` uses. */
export class Faults {
  readonly fired = new Fired();
  private readonly filed: Fault[] = [];

  file(fault: Fault): void {
    this.filed.push({ ...fault });
  }

  clear(): void {
    this.filed.length = 0;
  }

  takeFor(call: CallName): Fault['mode'] | null {
    return this.take((f) => !f.mode.startsWith('news_') && (f.call === '*' || f.call === call));
  }

  takeForNews(type: string): Fault['mode'] | null {
    return this.take((f) => f.mode.startsWith('news_') && (f.about === undefined || f.about === type));
  }

  private take(matches: (fault: Fault) => boolean): Fault['mode'] | null {
    const fault = this.filed.find(matches);
    if (!fault) return null;
    if (--fault.times === 0) this.filed.splice(this.filed.indexOf(fault), 1);
    this.fired.count(fault.mode);
    return fault.mode;
  }
}

/** Header of the extra request that `answer_twice` sends. No fault affects a request with this header. */
const REPEATED = 'x-simulator-repeated';

/**
 * Middleware that applies a fault filed for the call, if there is one. The `…_after_effect` modes let the call run and drop
 * its answer.
 */
export function misbehave(
  call: CallName,
  merchantOf: (res: Response) => { faults: Faults; settings: MerchantSettings },
) {
  return async <Path,>(req: Request<Path>, res: Response, next: NextFunction): Promise<void> => {
    const { faults, settings } = merchantOf(res);
    const mode = req.get(REPEATED) ? null : faults.takeFor(call);
    if (mode === 'answer_twice') await sendCopy(req as Request, settings.ownUrl);
    if (mode === 'down') throw new NpError('maintenance');
    if (mode === 'refuse') throw new NpError('refused');
    if (mode === 'timeout_before_effect') return void req.socket.destroy();
    if (mode === 'timeout_after_effect') res.end = () => (req.socket.destroy(), res);
    if (mode === 'hang_after_effect') res.end = () => res;
    next();
  };
}

async function sendCopy(req: Request, ownUrl: string): Promise<void> {
  const { authorization = '', 'x-np-terminal-id': terminal } = req.headers;
  const headers = { authorization, 'x-np-terminal-id': String(terminal), [REPEATED]: '1' };
  const json = { headers: { ...headers, 'content-type': 'application/json' }, body: JSON.stringify(req.body) };
  const answer = await fetch(ownUrl + req.originalUrl, {
    method: req.method,
    ...(req.method === 'GET' ? { headers } : json),
  });
  await answer.arrayBuffer();
}
