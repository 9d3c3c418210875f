import type { Profile } from '../books';

/** Monthly limit in yen with tax for a buyer without a `limit-…` value. */
export const DEFAULT_LIMIT = 1_000_000;

/** Behaviour that a buyer's data request of the simulator. docs/magic-values/np.md documents it. */
export interface Magic {
  screening: 'passes' | 'held_for_address' | 'denied' | 'cancelled' | 'takes_three_days';
  limit: number;
  /** Every transaction is refused for this reason. */
  refusesWith: '21' | '24' | null;
}

/** Reads the company's name and the local part of its e-mail address, ignoring case. */
export function magicOf({ companyName, email }: Pick<Profile, 'companyName' | 'email'>): Magic {
  // NFKC: a company name may be typed in full-width letters.
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
