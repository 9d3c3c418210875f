import { type Card, askIssuer, maskedNumber, Tokens } from './cards';
import { Authentications } from './three-d-secure';
import { processedOn, requestedOn, type Transaction, Transactions } from './transactions';
import { type Answer, type Merchant, refuse, type SpsRequest } from './wire';

const COMMIT_STATUS = { unprocessed: '0', committed: '1', cancelled_after_commit: '2', cancelled_uncommitted: '3' };
const PAYMENT_STATUS = { authorised: '1', captured: '2', cancelled: '3', refunded: '4' };
const TDS_RESULT = { pending: '0', passed: '1', failed: '2' };

/** The simulated SBPS's data, in memory. It has no clock and takes the date of a request as today. */
export class SbpsBooks {
  readonly merchants = new Map<string, Merchant>();
  readonly tokens = new Tokens();
  readonly authentications = new Authentications();
  readonly transactions = new Transactions();
  private readonly savedCards = new Map<string, Card>();

  saveCard(merchantId: string, customerCode: string, card: Card): void {
    this.savedCards.set(`${merchantId}/${customerCode}`, card);
  }

  /** @throws Refusal of type 95 when the customer has no saved card. */
  savedCard(merchantId: string, customerCode: string): Card {
    return this.savedCards.get(`${merchantId}/${customerCode}`) ?? refuse('95');
  }

  /** Carries out a call and returns the fields of its answer. `pageUrl` is the base of the 3-D Secure pages. @throws Refusal */
  answer(request: SpsRequest, pageUrl: string): Answer {
    const { tokens, authentications, transactions } = this;
    const merchantId = request.get('merchant_id');
    switch (request.apiId) {
      case 'TA02-00101-101': {
        const card = tokens.redeem(request.get('pay_option_manage/token'), request.get('pay_option_manage/token_key'));
        const { id } = authentications.open(request, card);
        return { res_tds_authentication_id: id, redirect_url: `${pageUrl}/${id}`, ...processed(request) };
      }
      case 'TA02-00201-101': {
        const { id, result } = authentications.of(merchantId, request.get('tds_authentication_id'));
        return { res_tds_authentication_id: id, res_tds_result: TDS_RESULT[result] };
      }
      case 'ST01-00118-101': {
        transactions.assertNewOrder(request);
        const authentication = authentications.passedFor(request);
        askIssuer(authentication.card, 'three_d_secure', requestedOn(request));
        authentication.used = true;
        return this.authorise(request, authentication.card);
      }
      case 'ST01-00131-101': {
        transactions.assertNewOrder(request);
        const token = request.get('pay_option_manage/token');
        const card = token
          ? tokens.redeem(token, request.get('pay_option_manage/token_key'))
          : this.savedCard(merchantId, request.get('cust_code'));
        askIssuer(card, token ? 'three_d_secure' : 'saved_card', requestedOn(request));
        return this.authorise(request, card);
      }
      case 'ST02-00101-101':
        transactions.commit(request);
        return processed(request);
      case 'ST02-00201-101':
        transactions.capture(request);
        return { res_process_date: `${processedOn(request).replaceAll('-', '')}000000` };
      case 'ST02-00303-101':
        transactions.refundInFull(request);
        return processed(request);
      case 'ST02-00307-101':
        transactions.refundInPart(request);
        return processed(request);
      case 'MG01-00101-101':
        return inquiry(transactions.find(request));
      case 'MG02-00104-101': {
        const card = this.savedCard(merchantId, request.get('cust_code'));
        return { res_pay_method_info: { cc_number: maskedNumber(card), cardbrand_code: card.brand } };
      }
      default:
        // Never reached, because checkDocument refuses calls that REQUEST_FIELDS does not list.
        return refuse('02', '000');
    }
  }

  private authorise(request: SpsRequest, card: Card): Answer {
    const transaction = this.transactions.authorise(request, card);
    if (request.get('pay_option_manage/cust_manage_flg') === '1') {
      this.saveCard(transaction.merchantId, transaction.customerCode, card);
    }
    return {
      res_sps_transaction_id: transaction.spsTransactionId,
      res_tracking_id: transaction.trackingId,
      res_pay_method_info: cardInfo(transaction),
      ...processed(request),
    };
  }
}

function cardInfo({ card, approval }: Transaction): Answer {
  return { cc_company_code: '99661', cardbrand_code: card.brand, recognized_no: approval };
}

function inquiry(transaction: Transaction): Answer {
  return {
    res_sps_transaction_id: transaction.spsTransactionId,
    res_tracking_id: transaction.trackingId,
    res_status: '0',
    res_pay_method_info: {
      ...cardInfo(transaction),
      commit_status: COMMIT_STATUS[transaction.commitStatus],
      payment_status: PAYMENT_STATUS[transaction.paymentStatus],
      res_pay_method_info_detail: { cc_number: maskedNumber(transaction.card), dealings_type: '10' },
    },
  };
}

function processed(request: SpsRequest): Answer {
  return { res_process_date: request.get('processing_datetime') || request.get('request_date') };
}
