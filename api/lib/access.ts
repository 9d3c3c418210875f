import type { Role } from '../../domain/vocabulary';

export type { Role };

/** The roles that a store's keys can have. The only other role, `platform`, acts for all stores and belongs to none. */
export const storeRoles = ['storefront', 'operator', 'finance', 'approver', 'auditor', 'admin'] as const;

const readers: readonly Role[] = ['operator', 'finance', 'approver', 'auditor', 'admin'];
const shopAndReaders: readonly Role[] = ['storefront', ...readers];
const shop: readonly Role[] = ['storefront', 'operator'];

/** Every operation of the API by name, with the roles whose keys may call it. */
export const access = {
  'stores.create': ['platform'],
  'stores.add_key': ['platform'],
  'store.get': shopAndReaders,
  'api_keys.create': ['admin'],
  'api_keys.list': ['admin', 'auditor'],
  'api_keys.revoke': ['admin'],

  'accounts.create': shop,
  'accounts.list': shopAndReaders,
  'accounts.get': shopAndReaders,
  'accounts.update': ['operator'],
  'accounts.consent': shop,
  'accounts.add_destination': shop,
  'accounts.list_destinations': shopAndReaders,
  'accounts.set_credit_limit': ['operator', 'finance'],
  'accounts.reapply_screening': ['operator'],
  'accounts.close': ['operator'],

  'plans.create': ['admin', 'operator'],
  'plans.add_price': ['admin', 'operator'],
  'plans.list': shopAndReaders,
  'plans.get': shopAndReaders,

  'orders.create': shop,
  'orders.list': shopAndReaders,
  'orders.get': shopAndReaders,
  'orders.timeline': shopAndReaders,
  'orders.release': ['operator'],
  'orders.decide_risk': ['finance'],
  'orders.start_service': ['operator'],
  'orders.preview_cancellation': shop,
  'orders.cancel': shop,
  'orders.replace_card': shop,

  'direct_debits.create': ['storefront', 'operator', 'finance'],
  'direct_debits.list': shopAndReaders,
  'direct_debits.get': shopAndReaders,
  'direct_debits.form_posted': ['finance'],
  'direct_debits.form_received': ['finance'],
  'direct_debits.complete': ['finance'],
  'direct_debits.reject': ['finance'],
  'direct_debits.withdraw': ['finance'],

  'closes.list': readers,
  'closes.get': readers,
  'closes.approve': ['finance', 'approver'],
  'closes.hold': ['finance'],
  'closes.release_hold': ['finance'],
  'closes.redraft': ['finance'],

  'invoices.list': shopAndReaders,
  'invoices.get': shopAndReaders,
  'invoices.document': shopAndReaders,
  'documents.search': readers,
  'documents.get': readers,
  'payments.list': readers,
  'deposits.create': ['finance'],
  'deposits.import': ['finance'],
  'deposits.reverse': ['finance'],
  'deposits.list': readers,
  'debit_runs.list': readers,
  'debit_runs.file': ['finance'],
  'debit_runs.handed_in': ['finance'],
  'debit_runs.import_results': ['finance'],
  'debit_runs.import_result_file': ['finance'],

  'clock.get': shopAndReaders,
  'clock.advance': ['admin', 'operator'],
  'events.list': readers,
  'waits.list': readers,
  'incidents.list': readers,
  'incidents.repair': ['operator', 'finance', 'admin'],
} as const satisfies Record<string, readonly Role[]>;

export type Operation = keyof typeof access;

export function mayCall(role: Role, operation: Operation): boolean {
  return (access[operation] as readonly Role[]).includes(role);
}
