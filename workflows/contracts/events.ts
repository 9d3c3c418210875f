/**
 * The types of all events of GET /v1/events, in the order in which they happen in an order's life. The API shows events of the
 * same instant in this order, because workflows that run at the same time write their events in no fixed order.
 */
export const eventTypes = [
  'order.screening',
  'order.held',
  'order.confirmed',
  'order.declined',
  'order.cancelled',
  'service.started',
  'close.drafted',
  'billing.requested',
  'invoice.issued',
  'debit_notice.issued',
  'receipt.issued',
  'debit.succeeded',
  'debit.failed',
  'invoice.rebilled',
  'payment.received',
  'payment.reversed',
  'invoice.paid',
  'card.declined',
  'order.at_risk',
  'order.suspended',
  'order.resumed',
  'cancellation.previewed',
  'cancellation.accepted',
  'order.ended',
  'direct_debit.requested',
  'direct_debit.form_posted',
  'direct_debit.received',
  'direct_debit.late',
  'direct_debit.defect',
  'direct_debit.active',
  'direct_debit.withdrawn',
  'direct_debit.expired',
  'direct_debit.ended',
  'guarantee.changed',
  'mail.sent',
] as const;

export type EventType = (typeof eventTypes)[number];
