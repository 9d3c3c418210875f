import fc from 'fast-check';
import { accountLifecycle, buyerScreeningLifecycle } from '../../domain/account/lifecycle';
import { closeLifecycle } from '../../domain/close/lifecycle';
import { directDebitLifecycle } from '../../domain/direct-debit/lifecycle';
import { invoiceLifecycle } from '../../domain/invoice/lifecycle';
import { type Lifecycle, canMove, statesOf, terminals } from '../../domain/lifecycle';
import { orderLifecycle } from '../../domain/order/lifecycle';
import { periodLifecycle } from '../../domain/period/lifecycle';
import { subscriptionLifecycle } from '../../domain/subscription/lifecycle';

const tables: [string, Lifecycle<string>, string[]][] = [
  ['order', orderLifecycle, ['ended', 'declined', 'cancelled']],
  ['subscription', subscriptionLifecycle, ['ended']],
  ['account', accountLifecycle, ['closed']],
  ['buyer screening', buyerScreeningLifecycle, ['passed', 'denied']],
  ['direct debit', directDebitLifecycle, ['ended', 'withdrawn', 'expired']],
  ['invoice', invoiceLifecycle, ['void']],
  ['close', closeLifecycle, ['closed']],
  ['period', periodLifecycle, ['closed']],
];

/** States that no chain of moves from the initial one leads to. */
function unreachable<S extends string>(table: Lifecycle<S>): S[] {
  const reached = new Set<S>([table.initial]);
  for (const state of reached) for (const next of table.states[state].to) reached.add(next); // a Set visits what is added
  return statesOf(table).filter((state) => !reached.has(state));
}

describe.each(tables)('%s', (_, table, ends) => {
  it('every state can be reached from the first', () => expect(unreachable(table)).toEqual([]));

  it('ends only in the expected states', () => expect(terminals(table).sort()).toEqual([...ends].sort()));

  it('lists for each state other states of its own table, each once', () => {
    for (const state of statesOf(table)) {
      const { to } = table.states[state]!;
      expect(statesOf(table)).toEqual(expect.arrayContaining([...to]));
      expect(to).not.toContain(state);
      expect(new Set(to).size).toBe(to.length);
    }
  });

  it('gives each state a Japanese name of its own', () => {
    const labels = statesOf(table).map((state) => table.states[state]!.label);
    expect(labels.filter((label) => !/[ぁ-んァ-ヶ一-龠]/.test(label))).toEqual([]);
    expect(new Set(labels).size).toBe(labels.length);
  });

  it('can still reach an end after any random moves', () => {
    fc.assert(
      fc.property(fc.array(fc.nat(), { maxLength: 20 }), (choices) => {
        let state = table.initial;
        for (const choice of choices) {
          const { to } = table.states[state]!;
          if (to.length > 0) state = to[choice % to.length]!;
        }
        const onwards: Lifecycle<string> = { initial: state, states: table.states };
        const dead = new Set(unreachable(onwards));
        expect(terminals(table).some((end) => !dead.has(end))).toBe(true);
      }),
    );
  });
});

it('the checks find an unreachable state and a dead end', () => {
  const broken: Lifecycle<'a' | 'b' | 'c'> = {
    initial: 'a',
    states: { a: { label: '甲', to: ['b'] }, b: { label: '乙', to: [] }, c: { label: '丙', to: ['a'] } },
  };
  expect(unreachable(broken)).toEqual(['c']);
  expect(terminals(broken)).toEqual(['b']);
});

it('budou’s order: received, screened, held, released, confirmed', () => {
  const way = [
    'received',
    'screening',
    'held',
    'screening',
    'confirmed',
    'provisioning',
    'active',
    'ending',
    'ended',
  ] as const;
  for (const [i, state] of way.slice(1).entries()) expect(canMove(orderLifecycle, way[i]!, state)).toBe(true);
  expect(canMove(orderLifecycle, 'held', 'confirmed')).toBe(false);
});
