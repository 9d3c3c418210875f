import type { Card } from './cards';
import { refuse, type SpsRequest } from './wire';

/** One shopper's 3-D Secure: the card's issuer checks the shopper's identity before an authorisation. */
export interface Authentication {
  id: string;
  merchantId: string;
  customerCode: string;
  amount: number;
  card: Card;
  okUrl: string;
  ngUrl: string;
  result: 'pending' | 'passed' | 'failed';
  /** True once an authorisation has used this authentication, which cannot be used again. */
  used: boolean;
}

/** 3-D Secure authentications by id, kept in memory. */
export class Authentications {
  private readonly byId = new Map<string, Authentication>();

  /** Starts an authentication (call TA02-00101-101). */
  open(request: SpsRequest, card: Card): Authentication {
    const authentication: Authentication = {
      id: `3ds-${request.get('merchant_id')}-${String(this.byId.size + 1).padStart(8, '0')}`,
      merchantId: request.get('merchant_id'),
      customerCode: request.get('cust_code'),
      amount: Number(request.get('amount')),
      card,
      okUrl: request.get('pay_option_manage/ok_return_url'),
      ngUrl: request.get('pay_option_manage/ng_return_url'),
      result: 'pending',
      used: false,
    };
    this.byId.set(authentication.id, authentication);
    return authentication;
  }

  find(id: string): Authentication | undefined {
    return this.byId.get(id);
  }

  /**
   * Records the shopper's answer and returns the shop's address to which the browser goes next. A second answer changes
   * nothing and returns the first address.
   */
  answer(authentication: Authentication, wanted: 'passed' | 'failed'): string {
    if (authentication.result === 'pending') {
      authentication.result = authentication.card.scenario === 'tds_failed' ? 'failed' : wanted;
    }
    return authentication.result === 'passed' ? authentication.okUrl : authentication.ngUrl;
  }

  /**
   * Finds a merchant's authentication.
   * @throws Refusal of type 07 (an assumption) for an unknown id or an id of another merchant
   */
  of(merchantId: string, id: string): Authentication {
    const found = this.byId.get(id);
    return found && found.merchantId === merchantId ? found : refuse('07');
  }

  /**
   * Returns the authentication that a request for an authorisation names. The types of the refusals are assumptions.
   * @throws Refusal 95: the authentication belongs to another customer. 94: it was used before. 36: the shopper did not
   * pass it, or passed it for a smaller amount.
   */
  passedFor(request: SpsRequest): Authentication {
    const found = this.of(request.get('merchant_id'), request.get('pay_option_manage/tds_authentication_id'));
    if (found.customerCode !== request.get('cust_code')) return refuse('95', '003');
    if (found.used) return refuse('94');
    if (found.result !== 'passed' || Number(request.get('amount')) > found.amount) return refuse('36');
    return found;
  }
}

/** HTML of the card issuer's page, which the shopper sees at `redirect_url`. */
export function threeDSecurePage({ merchantId, amount, result }: Authentication): string {
  const yen = String(amount).replace(/\B(?=(\d{3})+$)/g, ',');
  const buttons = `<form method="post">
<button name="result" value="passed">認証する</button>
<button name="result" value="failed">やめる</button>
</form>`;
  const body = result === 'pending' ? buttons : '<p>この認証は終わっています。</p>';
  return `<!doctype html>
<html lang="ja">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>本人認証(シミュレーター)</title>
<style>
body{font-family:sans-serif;max-width:28rem;margin:3rem auto;padding:0 1rem;line-height:1.7}
dl{display:grid;grid-template-columns:auto 1fr;gap:.25rem 1rem}dd{margin:0}
button{font:inherit;padding:.5rem 1.5rem;margin-right:.5rem}
</style>
</head>
<body>
<h1>本人認証(3-Dセキュア)</h1>
<dl><dt>加盟店</dt><dd>${merchantId}</dd><dt>金額</dt><dd>${yen}円</dd></dl>
${body}
<p><small>カード会社の画面の代わりです。実際の決済は行われません。</small></p>
</body>
</html>
`;
}
