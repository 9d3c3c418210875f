import type { Profile } from './books';

/** Yen with tax a month, for a buyer that names no other. */
export const DEFAULT_LIMIT = 1_000_000;

/** What a buyer's data ask of the simulator; docs/magic-values/np.md is the page on it. */
export interface Magic {
  screening: 'passes' | 'held_for_address' | 'denied' | 'cancelled' | 'takes_three_days';
  limit: number;
  /** Every transaction is refused for this reason. */
  refusesWith: '21' | '24' | null;
}

/** Read from the company's name and the local part of its e-mail address, in any case. */
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
