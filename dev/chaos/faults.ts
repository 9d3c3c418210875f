import { Api } from '../story/api';
import type { World } from '../story/world';
import type { Chance } from './chance';

export type Provider = 'np' | 'sbps' | 'resend';
/** How often each mode was met, by provider. */
export type Tally = Record<Provider, Record<string, number>>;

interface Fault {
  provider: Provider;
  mode: string;
  /** Of what: NP's `call` and `about`, SBPS's `api_id`; anything where it is left out. */
  of?: object;
  /** Met, it takes the caller's time-out of 30 s: once in a run is enough. */
  slow?: true;
}

const np = (mode: string, of: object = {}): Fault => ({ provider: 'np', mode, of });
const sbps = (mode: string, apiId = '*'): Fault => ({ provider: 'sbps', mode, of: { api_id: apiId } });
const resend = (mode: string): Fault => ({ provider: 'resend', mode });
const slow = (fault: Fault): Fault => ({ ...fault, slow: true });

const AUTHENTICATE = 'TA02-00101-101';
const AUTHORISE_FIRST = 'ST01-00118-101';
const AUTHORISE_SAVED = 'ST01-00131-101';
const COMMIT = 'ST02-00101-101';
const CAPTURE = 'ST02-00201-101';

/**
 * What the outside may do wrong without its being a different story: it does its work, once, in the end. Of each line one is filed
 * at a time, so that nothing is cut off more often than it is tried: of two lost authorisations in a row the second declines.
 *
 * Two things are not among them, as they tell another story: NP's `refuse`, a 400, is an answer and a person's to decide on; a
 * screening or the result of a debit told a day late moves an order's confirmation, or the mail about the debit, by that day, and
 * happens in the undisturbed run as well (play.ts).
 */
const FAULTS: readonly (readonly Fault[])[] = [
  [
    ...['down', 'timeout_before_effect', 'timeout_after_effect', 'answer_twice'].map((mode) => np(mode)),
    slow(np('hang_after_effect')),
  ],
  [
    np('news_twice', { call: 'news' }),
    ...['news_late', 'news_out_of_order'].flatMap((mode) =>
      ['bills.issued', 'bill.paid'].map((about) => np(mode, { call: 'news', about })),
    ),
  ],
  [sbps('down'), sbps('refuse'), sbps('slow'), slow(sbps('timeout_before_effect'))],
  // A lost answer to the request for 3-D Secure costs the buyer's token: the buyer orders again.
  [sbps('timeout_after_effect', AUTHENTICATE)],
  [
    ...[AUTHORISE_FIRST, AUTHORISE_SAVED].flatMap((call) => [
      sbps('timeout_after_effect', call),
      sbps('answer_twice', call),
    ]),
    slow(sbps('hang_after_effect', AUTHORISE_SAVED)),
  ],
  [sbps('timeout_after_effect', COMMIT), sbps('answer_twice', COMMIT)],
  [sbps('timeout_after_effect', CAPTURE), sbps('answer_twice', CAPTURE)],
  ['down', 'server_error', 'rate_limited', 'in_progress', 'timeout_after_effect', 'answer_twice'].map(resend),
];
const PROVIDERS = ['np', 'sbps', 'resend'] as const;
/** Closed ports: in life for minutes; here as long as the retries' pauses take to grow to some seconds. */
const AWAY_MS = [2_000, 8_000] as const;

/** The faults of one kind in an order of chance: each is on top until it has been met, and again once all others have been. */
class Deck {
  private readonly cards: Fault[];

  constructor(faults: readonly Fault[], chance: Chance) {
    this.cards = chance.shuffled(faults);
  }

  get top(): Fault {
    return this.cards[0]!;
  }

  /** @param met a slow one that was met does not come again */
  turn(met: boolean): void {
    const top = this.cards.shift()!;
    if (!met || !top.slow || this.cards.length === 0) this.cards.push(top);
  }
}

/** Steps of the story in which a fault may wait to be met; more would leave too few for the others. */
const STEPS = 2;

/**
 * The outside of one store, made to misbehave all along: one fault of each kind at a time, so that no call is cut off more often
 * than it is tried. What met nobody in a step of the story is filed once more for the next one.
 */
export class Outside {
  private readonly decks: Deck[];
  private readonly filedFor = new Map<Deck, number>();
  private outages = 0;
  private before: Tally = { np: {}, sbps: {}, resend: {} };
  private readonly modes = new Set<string>();

  constructor(
    private readonly world: World,
    private readonly chance: Chance,
  ) {
    this.decks = FAULTS.map((faults) => new Deck(faults, chance));
  }

  /**
   * Files what goes wrong in the coming step, and at some steps a provider closes its port.
   * @param last news of the story's last step that came a day late would come after its end
   */
  async beginStep(last: boolean): Promise<void> {
    for (const { top } of this.decks) if (!last || !top.mode.startsWith('news_')) await this.file(top);
    if (this.chance.next() > 0.4) return;
    const provider = PROVIDERS[this.outages % PROVIDERS.length]!;
    this.outages += 1;
    await this.api(provider).post('/control/away', { for_ms: Math.round(this.chance.between(...AWAY_MS)) });
  }

  async endStep(): Promise<void> {
    const met = await this.met();
    for (const deck of this.decks) {
      const { provider, mode } = deck.top;
      const tries = (this.filedFor.get(deck) ?? 0) + 1;
      const wasMet = met[provider][mode] !== this.before[provider][mode];
      const over = wasMet || tries === STEPS;
      this.filedFor.set(deck, over ? 0 : tries);
      if (over) deck.turn(wasMet);
    }
    this.before = met;
    for (const provider of PROVIDERS) await this.api(provider).post('/control/faults/clear', this.whose(provider));
  }

  /** Modes that were never filed: none, if the story was long enough. */
  get neverFiled(): string[] {
    const all = FAULTS.flat().map(({ provider, mode }) => `${provider} ${mode}`);
    return [...new Set(all)].filter((mode) => !this.modes.has(mode));
  }

  get timesAway(): number {
    return this.outages;
  }

  async met(): Promise<Tally> {
    const { shopCode, merchantId } = this.world;
    const of = async (provider: Provider, query: string) =>
      (await this.api(provider).get<{ fired: Record<string, number> }>(`/control/faults${query}`)).fired;
    return {
      np: await of('np', `?shop_code=${shopCode}`),
      sbps: await of('sbps', `?merchant_id=${merchantId}`),
      resend: await of('resend', ''),
    };
  }

  private async file({ provider, mode, of }: Fault): Promise<void> {
    await this.api(provider).post('/control/faults', { ...this.whose(provider), ...of, mode, times: 1 });
    this.modes.add(`${provider} ${mode}`);
  }

  private api(provider: Provider): Api {
    const { npUrl, sbpsUrl, resendUrl } = this.world.at;
    return new Api({ np: npUrl, sbps: sbpsUrl, resend: resendUrl }[provider]);
  }

  private whose(provider: Provider): object {
    const { shopCode, merchantId } = this.world;
    return { np: { shop_code: shopCode }, sbps: { merchant_id: merchantId }, resend: {} }[provider];
  }
}
