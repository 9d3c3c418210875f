import { setTimeout as sleep } from 'node:timers/promises';
import { Api } from '../story/api';
import type { World } from '../story/world';
import type { Chance } from './chance';

type Provider = 'np' | 'sbps' | 'resend';

interface Fault {
  provider: Provider;
  mode: string;
  /** NP's `call` or SBPS's `api_id`; all of them where it is left out. */
  only?: string;
}

const ofNp = (mode: string): Fault => ({ provider: 'np', mode });
const news = (mode: string): Fault => ({ provider: 'np', mode, only: 'news' });
const ofResend = (mode: string): Fault => ({ provider: 'resend', mode });
/** First authorisation, authorisation by the saved card, commit, capture. */
const charges = ['ST01-00118-101', 'ST01-00131-101', 'ST02-00101-101', 'ST02-00201-101'];

/**
 * What the outside may do wrong without its being a different story: it does its work, once, in the end. Left out: a lost answer
 * to the request for 3-D Secure, whose one-time token is spent, so that the buyer has to begin again.
 */
const FAULTS: Record<Provider, readonly Fault[]> = {
  np: [
    ...['timeout_before_effect', 'timeout_after_effect', 'answer_twice'].map(ofNp),
    ...['news_twice', 'news_late', 'news_out_of_order'].map(news),
  ],
  sbps: [
    { provider: 'sbps', mode: 'refuse' },
    { provider: 'sbps', mode: 'slow' },
    ...charges.flatMap((only) =>
      ['timeout_after_effect', 'answer_twice'].map((mode) => ({ provider: 'sbps', mode, only }) as const),
    ),
  ],
  resend: ['server_error', 'rate_limited', 'in_progress', 'timeout_after_effect', 'answer_twice'].map(ofResend),
};
const PROVIDERS = ['np', 'sbps', 'resend'] as const;
/** Refused connections: real ones last minutes; here as long as the retries' pauses take to grow to some seconds. */
const AWAY_MS = [2_000, 8_000] as const;

/** The outside of one store, made to misbehave all along. Faults not used up in a step of the story are withdrawn after it. */
export class Outside {
  /** What was filed, for the report. */
  readonly filed: string[] = [];

  constructor(
    private readonly world: World,
    private readonly chance: Chance,
  ) {}

  /** Files what goes wrong in the coming step: two faults, and at every third step a provider that is away. */
  async beginStep(): Promise<void> {
    for (let n = 0; n < 2; n += 1) {
      const provider = this.chance.of(PROVIDERS);
      await this.file(this.chance.of(FAULTS[provider]), 1);
    }
    if (this.chance.next() > 1 / 3) return;
    const provider = this.chance.of(PROVIDERS);
    const forMs = this.chance.between(...AWAY_MS);
    await this.file({ provider, mode: 'down' }, 1000);
    // A step that is over sooner has withdrawn it itself; withdrawing twice does no harm.
    void sleep(forMs).then(() => this.clear(provider));
  }

  async endStep(): Promise<void> {
    for (const provider of PROVIDERS) await this.clear(provider);
  }

  private async file({ provider, mode, only }: Fault, times: number): Promise<void> {
    const where = only === undefined ? {} : { [provider === 'np' ? 'call' : 'api_id']: only };
    await this.api(provider).post('/control/faults', { ...this.whose(provider), ...where, mode, times });
    this.filed.push(`${provider} ${only ?? ''} ${mode}`);
  }

  private async clear(provider: Provider): Promise<void> {
    await this.api(provider).post('/control/faults/clear', this.whose(provider));
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
