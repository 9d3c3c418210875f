import { Diary } from '../support/diary';
import { rows } from '../support/books';
import { repair } from '../support/incidents';

/* What our own database or the mail refuses: nothing is lost, a person decides, and it goes on where it was. */

/** PostgreSQL refuses to have such rows of the store written, until it is put right. @param when SQL over NEW */
async function refuse(diary: Diary, event: string, when = 'true'): Promise<() => Promise<unknown>> {
  const { storeId } = diary.world;
  const name = `refuse_${storeId}`.toLowerCase();
  await rows(
    `CREATE FUNCTION ${name}() RETURNS trigger LANGUAGE plpgsql AS
     $$ BEGIN RAISE EXCEPTION 'refused for the test' USING ERRCODE = 'check_violation'; END $$`,
    [],
  );
  const ours = `FOR EACH ROW WHEN (NEW.store_id = '${storeId}' AND ${when})`;
  await rows(`CREATE TRIGGER ${name} BEFORE ${event} ${ours} EXECUTE FUNCTION ${name}()`, []);
  return () => rows(`DROP FUNCTION ${name}() CASCADE`, []);
}

const sold = async (settlement: 'np' | 'in_house') => {
  const diary = await Diary.begin('2026-10-05T10:00:00+09:00', { settlement });
  const plan = await diary.world.plan('A', '商品A', 30_000);
  await diary.order(await diary.buyer('aoba'), plan);
  await diary.told();
  return diary;
};

test('incident draft: what the database refuses is tried some times, then a person is asked; retried, the month is drafted', async () => {
  const diary = await sold('np');
  const mend = await refuse(diary, 'INSERT ON invoices');
  await diary.until('2026-11-02');
  expect(await diary.incidents()).toEqual(['draft']);
  await mend();
  await repair(diary, 'draft', 'retry');
  expect((await diary.invoices('2026-10')).map(({ status, total }) => [status, total])).toEqual([['draft', 33_000]]);
});

test('incident issue: retried, the month is issued with the first number', async () => {
  const diary = await sold('in_house');
  await diary.until('2026-11-02');
  await diary.approve('2026-10');
  const mend = await refuse(diary, 'UPDATE ON invoices', `NEW.status = 'issued'`);
  await diary.until('2026-11-06');
  expect(await diary.incidents()).toEqual(['issue']);
  await mend();
  await repair(diary, 'issue', 'retry');
  expect((await diary.invoices('2026-10')).map(({ status }) => status)).toEqual(['issued']);
  expect(await diary.incidents()).toEqual([]);
});

test('incident np_month_registration: NP has the month, our books refuse it; retried, NP is asked and it is booked', async () => {
  const diary = await sold('np');
  const mend = await refuse(diary, 'INSERT ON credit_transactions');
  await diary.until('2026-11-02');
  expect(await diary.incidents()).toEqual(['np_month_registration']);
  await mend();
  await repair(diary, 'np_month_registration', 'retry');
  const registered = Object.values(await diary.npEffects());
  expect(registered).toEqual([
    { received: 1, registered: 1 },
    { received: 1, registered: 1 },
  ]);
  const booked = await rows('SELECT key FROM credit_transactions WHERE store_id = $1', [diary.world.storeId]);
  expect(booked).toHaveLength(2);
});

test('incident mail_failed: refused by Resend for its sender, sent once that is mended; refused again it is open again', async () => {
  const diary = await Diary.begin('2026-10-05T10:00:00+09:00');
  const plan = await diary.world.plan('A', '商品A', 30_000);
  const sender = (address: string) =>
    rows('UPDATE stores SET mail_from = $2 WHERE id = $1', [diary.world.storeId, address]);
  await sender('no address');
  await diary.order(await diary.buyer('emi', 'ng24'), plan);
  expect(await diary.told()).toEqual([expect.stringContaining('order.declined emi')]);
  expect(await repair(diary, 'mail_failed', 'retry')).toBe('open');
  await sender('store@store.example.jp');
  expect(await repair(diary, 'mail_failed', 'retry')).toBe('resolved');
  expect(await diary.told()).toEqual([expect.stringContaining('mail.sent emi')]);
});

test('incident news_not_understood: kept for a person, closed in words', async () => {
  const diary = await Diary.begin('2026-10-05T10:00:00+09:00');
  const [store] = await rows<{ np: { shop_code: string; sp_code: string } }>('SELECT np FROM stores WHERE id = $1', [
    diary.world.storeId,
  ]);
  const { shop_code, sp_code } = store!.np;
  const told = await fetch(`${diary.world.at.apiUrl}/v1/providers/np/${diary.world.storeId}/news`, {
    method: 'POST',
    headers: {
      'content-type': 'application/json',
      authorization: `Basic ${Buffer.from(`${shop_code}:${sp_code}`).toString('base64')}`,
    },
    body: JSON.stringify({
      event_id: 'e1',
      type: 'bill.paid',
      occurred_at: '2026-10-05T10:00:00+09:00',
      data: { bill_number: 'NP-0', paid_on: '2026-10-05', amount: 100 },
    }),
  });
  expect(told.status).toBe(202);
  await diary.told();
  expect(await diary.incidents()).toEqual(['news_not_understood']);
  expect(await repair(diary, 'news_not_understood', { resolve_as: '別店舗の入金、NPに連絡' })).toBe('resolved');
});
