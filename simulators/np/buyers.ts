import { addDays, atTime, type Day, type Moment, type Month, monthOf } from '../dates';
import { fileAlarm } from './alarm-clock';
import type { Buyer, Guarantee, Merchant, Profile, Transaction } from './books';
import { NpError } from './wire/errors';
import { magicOf } from './wire/magic';

/**
 * Registers a buyer and screens it (購入企業登録・審査). Magic words in the buyer's data choose the result (wire/magic.ts). The
 * screening ends at once, unless such a word makes it take three days.
 */
export async function registerBuyer(
  merchant: Merchant,
  reference: string,
  profile: Profile,
  appliedOn: Day,
): Promise<Buyer> {
  const assertNotRegistered = () => {
    if (merchant.buyersByReference.has(reference)) throw new NpError('duplicateBuyer', reference);
  };
  assertNotRegistered();
  const magic = magicOf(profile);
  if (magic.screening === 'takes_three_days') {
    await fileDecision(merchant, reference, 1, addDays(appliedOn, 3));
    assertNotRegistered();
  }
  const buyer: Buyer = {
    id: String(10_000_000_000 + merchant.next('buyer')),
    reference,
    profile,
    result: 'screening',
    reasons: [],
    guarantee: 'OK',
    limit: null,
    applications: 1,
    debitFrom: null,
    debitOutcomes: [],
    refusal: null,
    transactions: [],
  };
  if (magic.screening === 'passes') pass(buyer);
  if (magic.screening === 'held_for_address') hold(buyer);
  if (magic.screening === 'denied') buyer.result = 'denied';
  if (magic.screening === 'cancelled') Object.assign(buyer, { result: 'cancelled', reasons: ['RE015'] });
  merchant.buyers.set(buyer.id, buyer);
  merchant.buyersByReference.set(reference, buyer);
  return buyer;
}

/**
 * Applies for credit again (申請) for a buyer on hold (保留) or cancelled (取消). If the new data corrects the old, the buyer
 * passes the next day at 09:00. Corrected means another address for a buyer on hold, and any other data for a cancelled
 * one. Otherwise the result stays as it was.
 */
export async function reapply(merchant: Merchant, buyer: Buyer, profile: Profile, appliedOn: Day): Promise<void> {
  if (buyer.result !== 'held' && buyer.result !== 'cancelled') throw new NpError('buyerState', buyer.result);
  const before = buyer.profile;
  const addressChanged = profile.address !== before.address || profile.zipCode !== before.zipCode;
  const corrected = buyer.result === 'held' ? addressChanged : JSON.stringify(profile) !== JSON.stringify(before);
  const application = buyer.applications + 1;
  if (corrected) await fileDecision(merchant, buyer.reference, application, addDays(appliedOn, 1));
  buyer.profile = profile;
  buyer.applications = application;
  if (corrected) Object.assign(buyer, { result: 'screening', reasons: [] });
}

/**
 * Ends the screening of an application: the buyer passes, and the shop gets news of it. It changes nothing if the buyer is
 * no longer in screening or has applied again.
 */
export function decide(merchant: Merchant, reference: string, application: number, at: Moment): void {
  const buyer = merchant.buyersByReference.get(reference);
  if (!buyer || buyer.result !== 'screening' || buyer.applications !== application) return;
  pass(buyer);
  merchant.news.report(`buyer.screened/${buyer.id}/${application}`, at, {
    type: 'buyer.screened',
    data: {
      buyer_id: buyer.id,
      reference,
      result: buyer.result,
      reasons: buyer.reasons,
      limit: buyer.limit,
    },
  });
}

export function setGuarantee(merchant: Merchant, buyer: Buyer, status: Guarantee, at: Moment): void {
  if (buyer.guarantee === status) return;
  buyer.guarantee = status;
  merchant.news.report(`guarantee.changed/${buyer.id}/${status}/${at}`, at, {
    type: 'guarantee.changed',
    data: { buyer_id: buyer.id, status },
  });
}

/** The buyer's transactions of a month that count towards its credit limit: neither refused nor cancelled. */
export function registeredIn(buyer: Buyer, month: Month): Transaction[] {
  return buyer.transactions.filter(
    (t) => t.status !== 'refused' && t.status !== 'cancelled' && monthOf(t.orderedOn) === month,
  );
}

function pass(buyer: Buyer): void {
  Object.assign(buyer, { result: 'passed', reasons: [], limit: magicOf(buyer.profile).limit });
}

function hold(buyer: Buyer): void {
  // RE009 means that the address must be corrected. The code is from NP後払い, NP's service for consumers.
  Object.assign(buyer, { result: 'held', reasons: ['RE009'] });
}

function fileDecision(merchant: Merchant, reference: string, application: number, on: Day): Promise<void> {
  const at = atTime(on, '09:00');
  return fileAlarm(merchant, 'screening', `${reference}/${application}`, at, { reference, application });
}
