import type { Moment } from '../dates';
import { NotDelivered, postJson } from './post';
import type { MerchantSettings } from './settings';

/** Kinds of work that NP does later. alarms.ts has a handler for each. */
export type AlarmKind =
  'screening' | 'issue' | 'payment' | 'debits' | 'overdue' | 'overdue-month' | 'guarantee' | 'late-news';

/**
 * Files an alarm: asks the store's clock to call the simulator back at `at`. `kind` and `subject` together identify the
 * work. If the same work is filed again, the clock keeps one alarm for it.
 *
 * @throws NotDelivered
 */
export async function fileAlarm(
  { settings }: { settings: MerchantSettings },
  kind: AlarmKind,
  subject: string,
  at: Moment,
  data: object,
): Promise<void> {
  const status = await postJson(
    settings.alarmsUrl,
    { authorization: `Bearer ${settings.alarmsToken}` },
    {
      id: `np/${settings.shopCode}/${kind}/${subject}`,
      at,
      callback_url: `${settings.ownUrl}/alarms/${settings.shopCode}/${kind}`,
      body: { at, ...data },
    },
  );
  if (status >= 300) throw new NotDelivered(`${settings.alarmsUrl}: HTTP ${status}`);
}
