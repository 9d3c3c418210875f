import { Api } from '../story/api';
import type { World } from '../story/world';
import type { Random } from './random';

export type Provider = 'np' | 'sbps' | 'resend';
/** How often each fault mode took effect, by provider. */
export type Tally = Record<Provider, Record<string, number>>;

interface Fault {
  provider: Provider;
  mode: string;
  /** The calls that the fault applies to: NP's `call` and `about`, or SBPS's `api_id`. Without it, every call. */
  of?: object;
  /** True if the caller waits 30 s for its time-out. To keep the run short, such a fault takes effect only once. */
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
 * Faults that do not change how the story ends, because the provider still does its work, once. To "file" a fault is to ask a
 * simulator to commit it at the next call that it applies to. Only one fault of each line is filed at a time, so that a call does
 * not fail too often: if the answers to two authorisations of a charge are lost in a row, the engine treats the card as declined.
 *
 * Two kinds of faults are left out because they do change the story. NP's `refuse` answers 400, and then a person must decide. If
 * NP reports the result of a screening or of a debit a day late, the order's confirmation, or the mail about the debit, is a day
 * late too. play.ts makes such late news in both runs instead.
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
  // If the answer to the request for 3-D Secure is lost, so is the buyer's one-time card token, and the buyer orders again.
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
/** The shortest and longest time for which a provider's port stays closed. The engine retries a call several times meanwhile. */
const AWAY_MS = [2_000, 8_000] as const;

/**
 * The faults of one line of FAULTS, in random order. The top one is filed in each step of the story. Once it has taken effect, or
 * after two steps without effect, it goes to the bottom.
 */
class Deck {
  private readonly cards: Fault[];

  constructor(faults: readonly Fault[], random: Random) {
    this.cards = random.shuffled(faults);
  }

  get top(): Fault {
    return this.cards[0]!;
  }

  /** Puts the top fault at the bottom. A slow fault that took effect is removed instead. */
  turn(tookEffect: boolean): void {
    const top = this.cards.shift()!;
    if (!tookEffect || !top.slow || this.cards.length === 0) this.cards.push(top);
  }
}

/** For how many steps of the story a fault without effect stays on top. More would leave too few steps for the other faults. */
const STEPS = 2;

/**
 * Makes the providers of one store misbehave during the whole story, with one fault of each line of FAULTS at a time. If a fault
 * takes no effect in a step of the story, it is filed for the next step too.
 */
export class FaultInjector {
  private readonly decks: Deck[];
  private readonly filedFor = new Map<Deck, number>();
  private outages = 0;
  private before: Tally = { np: {}, sbps: {}, resend: {} };
  private readonly modes = new Set<string>();

  constructor(
    private readonly world: World,
    private readonly random: Random,
  ) {
    this.decks = FAULTS.map((faults) => new Deck(faults, random));
  }

  /**
   * Files the faults of the coming step. In some steps a provider also closes its port.
   * @param last true for the story's last step. It gets no fault of news, because late news would come after the story's end
   */
  async beginStep(last: boolean): Promise<void> {
    for (const { top } of this.decks) if (!last || !top.mode.startsWith('news_')) await this.file(top);
    if (this.random.next() > 0.4) return;
    const provider = PROVIDERS[this.outages % PROVIDERS.length]!;
    this.outages += 1;
    await this.api(provider).post('/control/away', { for_ms: Math.round(this.random.between(...AWAY_MS)) });
  }

  async endStep(): Promise<void> {
    const now = await this.tally();
    for (const deck of this.decks) {
      const { provider, mode } = deck.top;
      const tries = (this.filedFor.get(deck) ?? 0) + 1;
      const tookEffect = now[provider][mode] !== this.before[provider][mode];
      const over = tookEffect || tries === STEPS;
      this.filedFor.set(deck, over ? 0 : tries);
      if (over) deck.turn(tookEffect);
    }
    this.before = now;
    for (const provider of PROVIDERS) await this.api(provider).post('/control/faults/clear', this.storeAt(provider));
  }

  /** Faults, as provider and mode, that no simulator was asked for. There are none if the story was long enough. */
  get neverFiled(): string[] {
    const all = FAULTS.flat().map(({ provider, mode }) => `${provider} ${mode}`);
    return [...new Set(all)].filter((mode) => !this.modes.has(mode));
  }

  get timesAway(): number {
    return this.outages;
  }

  async tally(): Promise<Tally> {
    const { shopCode, merchantId } = this.world;
    const tallyOf = async (provider: Provider, query: string) =>
      (await this.api(provider).get<{ fired: Record<string, number> }>(`/control/faults${query}`)).fired;
    return {
      np: await tallyOf('np', `?shop_code=${shopCode}`),
      sbps: await tallyOf('sbps', `?merchant_id=${merchantId}`),
      resend: await tallyOf('resend', ''),
    };
  }

  private async file({ provider, mode, of }: Fault): Promise<void> {
    await this.api(provider).post('/control/faults', { ...this.storeAt(provider), ...of, mode, times: 1 });
    this.modes.add(`${provider} ${mode}`);
  }

  private api(provider: Provider): Api {
    const { npUrl, sbpsUrl, resendUrl } = this.world.at;
    return new Api({ np: npUrl, sbps: sbpsUrl, resend: resendUrl }[provider]);
  }

  private storeAt(provider: Provider): object {
    const { shopCode, merchantId } = this.world;
    return { np: { shop_code: shopCode }, sbps: { merchant_id: merchantId }, resend: {} }[provider];
  }
}
