import { accountLifecycle, buyerScreeningLifecycle } from '../../domain/account/lifecycle';
import { closeLifecycle } from '../../domain/close/lifecycle';
import { debitRunLifecycle, directDebitLifecycle } from '../../domain/direct-debit/lifecycle';
import { invoiceLifecycle } from '../../domain/invoice/lifecycle';
import { type Lifecycle, statesOf, terminals } from '../../domain/lifecycle';
import { orderLifecycle } from '../../domain/order/lifecycle';
import { periodLifecycle } from '../../domain/period/lifecycle';
import { subscriptionLifecycle } from '../../domain/subscription/lifecycle';

const sections: { title: string; source: string; about: string; table: Lifecycle<string> }[] = [
  {
    title: 'Order 注文',
    source: 'domain/order/lifecycle.ts',
    about: 'One order from acceptance to the end of its contract.',
    table: orderLifecycle,
  },
  {
    title: 'Subscription 契約明細',
    source: 'domain/subscription/lifecycle.ts',
    about: 'One line of an order. It is the contract for one plan.',
    table: subscriptionLifecycle,
  },
  {
    title: 'Account アカウント',
    source: 'domain/account/lifecycle.ts',
    about: 'A member account. Orders by card need no screening, so they run while the account is only registered.',
    table: accountLifecycle,
  },
  {
    title: 'Buyer screening 購入企業審査',
    source: 'domain/account/lifecycle.ts',
    about: 'Net Protections (NP) screens each billing destination as a buyer.',
    table: buyerScreeningLifecycle,
  },
  {
    title: 'Direct debit 口座振替',
    source: 'domain/direct-debit/lifecycle.ts',
    about: 'A mandate. “Later than usual” (遅延) is a flag on `at_bank`, not a state.',
    table: directDebitLifecycle,
  },
  {
    title: 'Debit run 振替日',
    source: 'domain/direct-debit/lifecycle.ts',
    about: 'One debit day of a store. `requested` occurs in house only; NP debits by itself.',
    table: debitRunLifecycle,
  },
  {
    title: 'Invoice 請求書',
    source: 'domain/invoice/lifecycle.ts',
    about:
      'An invoice, debit notice or receipt. Overdue (支払遅延) follows from the date, and re-billing (再請求) is a `revision`. Neither is a state.',
    table: invoiceLifecycle,
  },
  {
    title: 'Close 月次締め',
    source: 'domain/close/lifecycle.ts',
    about:
      'A store’s monthly close. `requesting` occurs with NP only; a store that settles in house goes from `review` to `awaiting_issue`. A month without drafts to review goes from `review` to `closed`.',
    table: closeLifecycle,
  },
  {
    title: 'Period 対象月',
    source: 'domain/period/lifecycle.ts',
    about: 'A store’s month in the books.',
    table: periodLifecycle,
  },
];

function diagram(table: Lifecycle<string>): string {
  return [
    'stateDiagram-v2',
    ...statesOf(table).map((state) => `  state "${table.states[state]!.label}<br/>${state}" as ${state}`),
    `  [*] --> ${table.initial}`,
    ...statesOf(table).flatMap((from) => table.states[from]!.to.map((to) => `  ${from} --> ${to}`)),
    ...terminals(table).map((state) => `  ${state} --> [*]`),
  ].join('\n');
}

/** The text of docs/lifecycle.md. */
export function renderLifecycles(): string {
  const head = [
    '# Life cycles',
    '`npm run docs` draws this page from the tables in `domain/`. Change the table, not this page. A test proves that every state can be reached and that nothing follows an end state.',
  ];
  const body = sections.flatMap(({ title, source, about, table }) => [
    `## ${title}`,
    `${about} Source: [${source}](../${source}).`,
    `\`\`\`mermaid\n${diagram(table)}\n\`\`\``,
  ]);
  return `${[...head, ...body].join('\n\n')}\n`;
}
