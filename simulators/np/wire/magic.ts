import type { Profile } from '../books';

/** Monthly credit limit in yen with tax of a buyer whose data has no `limit-…` value. */
export const DEFAULT_LIMIT = 1_000_000;

/** Behaviour of the simulator that a test chooses by words in a buyer's data. docs/magic-values/np.md lists the words. */
export interface Magic {
  screening: 'passes' | 'held_for_address' | 'denied' | 'cancelled' | 'takes_three_days';
  limit: number;
  /** NP refuses every transaction for this reason: 21 = unpaid before, 24 = overall judgement. null: NP judges as usual. */
  refusesWith: '21' | '24' | null;
}

/** Looks for magic words in the company's name and in its e-mail address before the `@`, ignoring case. */
export function magicOf({ companyName, email }: Pick<Profile, 'companyName' | 'email'>): Magic {
  // NFKC makes full-width letters, which a company name may have, half-width.
  const text = `${companyName} ${email.split('@')[0]}`.normalize('NFKC').toLowerCase();
  const has = (word: string) => new RegExp(`(^|[^a-z0-9])${word}($|[^a-z0-9])`).test(text);
  const limit = /(?:^|[^a-z0-9])limit-(\d{1,12})/.exec(text)?.[1];
  return {
    screening: has('hold-address')
      ? 'held_for_address'
      : has('deny')
        ? 'denied'
        : has('cancelled')
          ? 'cancelled'
          : has('screening-3d')
            ? 'takes_three_days'
            : 'passes',
    limit: limit === undefined ? DEFAULT_LIMIT : Number(limit),
    refusesWith: has('overdue21') ? '21' : has('ng24') ? '24' : null,
  };
}
