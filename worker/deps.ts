import type { Logger } from 'pino';
import type { Deps } from '../activities/lib/deps';
import { instantOfMs } from '../domain/calendar';
import type { Db } from '../prisma/db';
import { createSbps } from '../providers/cards/sbps/provider';
import { createNp } from '../providers/credit/np/provider';
import { createResend } from '../providers/mail/resend';

export interface DepsOptions {
  db: Db;
  log: Logger;
  /** Base URL of the API as a buyer's browser reaches it. */
  publicUrl: string;
  resend: { apiKey: string; baseUrl: string };
}

/** Creates all that activities depend on. A store's providers are created at first use, from the credentials in its row. */
export function createDeps({ db, log, publicUrl, resend }: DepsOptions): Deps {
  const storeOf = (storeId: string) => db.store.findUniqueOrThrow({ where: { id: storeId } });
  const remembered = <P>(make: (storeId: string) => Promise<P>) => {
    const made = new Map<string, Promise<P>>();
    return (storeId: string): Promise<P> => {
      const existing = made.get(storeId);
      if (existing) return existing;
      const provider = make(storeId);
      made.set(storeId, provider);
      provider.catch(() => made.delete(storeId));
      return provider;
    };
  };
  return {
    db,
    log,
    publicUrl,
    mail: createResend(resend),
    credit: remembered(async (storeId) => {
      const np = settings((await storeOf(storeId)).np, storeId, 'np', [
        'base_url',
        'shop_code',
        'sp_code',
        'terminal_id',
      ]);
      return createNp({ baseUrl: np.base_url, shopCode: np.shop_code, spCode: np.sp_code, terminalId: np.terminal_id });
    }),
    cards: remembered(async (storeId) => {
      const store = await storeOf(storeId);
      const sbps = settings(store.sbps, storeId, 'sbps', ['base_url', 'merchant_id', 'service_id', 'hash_key']);
      return createSbps({
        baseUrl: sbps.base_url,
        merchantId: sbps.merchant_id,
        serviceId: sbps.service_id,
        hashKey: sbps.hash_key,
        // The card gateway SBPS refuses a request whose time is over 600 s ago. A retry may come later than that, so the requests
        // of a store on real time carry the time of the call. Those of a simulated store carry the instant of their step.
        ...(store.clock === 'real' && { now: () => instantOfMs(Date.now()) }),
      });
    }),
  };
}

function settings<K extends string>(value: unknown, storeId: string, name: string, members: K[]): Record<K, string> {
  const credentials = (value ?? {}) as Record<string, unknown>;
  for (const member of members) {
    if (typeof credentials[member] !== 'string')
      throw new Error(`store ${storeId} has no ${name}.${member}: set it on the store first`);
  }
  return credentials as Record<K, string>;
}
