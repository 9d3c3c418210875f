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
  /** True if the fault costs the caller a time-out of 30 s. Such a fault is enough once in a run. */
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
 * Faults that do not change the story: in the end the provider does its work, once. To file a fault is to ask a simulator to
 * commit it at its next call. Only one fault of each line is filed at a time, so that no call fails more often than it is
 * retried: after two lost authorisations in a row the second one is declined.
 *
 * Two kinds of faults are left out because they do change the story. NP's `refuse`, a 400, is an answer that a person must decide
 * on. A screening or a debit result that is reported a day late moves the order's confirmation, or the mail about the debit, by
 * that day. Both runs have such late news (play.ts).
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
/** How long a provider's port stays closed, from and to. It is enough for the pauses between retries to grow to some seconds. */
const AWAY_MS = [2_000, 8_000] as const;

/**
 * The faults of one line of FAULTS, in random order. The top one is filed until it has taken effect, and then goes to the bottom.
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

/** For how many steps of the story a fault stays on top while no call meets it. More would leave too few for the other faults. */
const STEPS = 2;

/**
 * Makes the providers of one store misbehave during the whole story, with one fault of each line of FAULTS at a time. A fault
 * that took no effect in a step of the story is filed once more for the next step.
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
   * @param last in the story's last step no fault of news is filed: news a day late would come after the story's end
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

  /** Kinds of faults that were never filed. There are none if the story was long enough. */
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
