import { type Step, Story, step } from './story';

/**
 * The same half year in a store that works without NP (the credit provider). The store itself grants credit and issues invoices,
 * and its buyers pay into its bank account. It debits the buyer aoba by files for the bank. The buyer emi, whom NP refuses in the
 * other story, has too low a credit limit here. The buyer fuji, whose screening NP holds there, is not screened.
 */
export class InHouseStory extends Story {
  protected override readonly magic = {};

  override steps(): Step[] {
    const operator = this.world.as('operator');
    const finance = this.world.as('finance');
    return [
      step('2026-10-02T10:00', '経理が budou に 50,000円、emi に 20,000円の与信枠を設定', async () => {
        await this.grant('budou', 50_000, '新規取引の枠');
        await this.grant('emi', 20_000, '新規取引の枠');
      }),
      ...this.firstOrders(),
      step('2026-10-08T10:00', '経理が budou の枠を 200,000円に増額、運用担当が保留を解除', async () => {
        await this.grant('budou', 200_000, '決算書を確認');
        await operator.post(`/v1/orders/${this.orderOf('budou')}/release`, { reason: '与信枠 200,000円に増額済み' });
      }),
      step('2026-10-09T10:00', 'emi が商品Dを注文（与信枠 20,000円）', () => this.order('emi', 20_000)),
      step('2026-10-09T11:00', 'fuji が商品Dを注文', () => this.order('fuji', 20_000)),
      step('2026-10-13T10:00', '運用担当が fuji の住所を修正（請求書に印字される）', () =>
        this.correctAddressOf('fuji'),
      ),
      step('2026-10-20T10:00', 'aoba が口座振替を希望', () => this.requestDirectDebit()),
      step('2026-10-23T10:00', '経理が依頼書を郵送', () =>
        finance.post(`/v1/direct_debits/${this.mandate}/form_posted`, { on: '2026-10-23' }),
      ),
      step('2026-11-02T10:00', '依頼書が届き、銀行に回す', () =>
        finance.post(`/v1/direct_debits/${this.mandate}/form_received`, { on: '2026-11-02' }),
      ),
      step('2026-11-04T10:00', '経理が10月分を承認', () => this.approve('2026-10')),
      step('2026-11-30T12:00', '3社が10月分を支払い、経理が入金CSVを取り込む', () =>
        this.importDeposits('2026-10', '2026-11-30', 'aoba', 'budou', 'fuji'),
      ),
      step('2026-12-02T10:00', '経理が11月分を承認', () => this.approve('2026-11')),
      step('2026-12-10T10:00', 'budou が解約を申し込む', () => this.cancel('budou')),
      step('2027-01-04T10:00', '3社が11月分を支払う（期限内）、chiyo がカードを差し替える', async () => {
        await this.importDeposits('2026-11', '2027-01-04', 'aoba', 'budou', 'fuji');
        await this.replaceCard('chiyo');
      }),
      step('2027-01-05T10:00', '経理が12月分を承認', () => this.approve('2026-12')),
      step('2027-01-08T10:00', '銀行の登録が済み、経理が aoba の引落口座を記録', () => this.enrol()),
      step('2027-02-01T12:00', '3社が12月分を支払う（01-31は日曜）、fuji は手数料660円を差し引いて', async () => {
        await this.importDeposits('2026-12', '2027-02-01', 'aoba', 'budou');
        await this.enterDeposit('fuji', '2026-12', '2027-02-01', 22_000 - 660);
      }),
      step('2027-02-02T10:00', '経理が1月分を承認、fuji が不足の660円を支払う', async () => {
        await this.approve('2027-01');
        await this.enterDeposit('fuji', '2026-12', '2027-02-02', 660);
      }),
      step('2027-02-12T14:00', '経理が3月1日引落の口座振替依頼ファイルを銀行に提出', () =>
        this.handIn('2027-02', '2027-02-12'),
      ),
      step('2027-03-01T12:00', 'budou と fuji が1月分を支払う', () =>
        this.importDeposits('2027-01', '2027-03-01', 'budou', 'fuji'),
      ),
      step('2027-03-02T10:00', '経理が2月分を承認', () => this.approve('2027-02')),
      step('2027-03-04T10:00', '銀行の結果ファイル：aoba の口座は資金不足', () =>
        this.world.bankDebits('2027-02', () => 1),
      ),
      step('2027-03-12T14:00', '経理が3月29日引落の口座振替依頼ファイルを銀行に提出', () =>
        this.handIn('2027-03', '2027-03-12'),
      ),
      step('2027-03-31T12:00', 'aoba が1月分を振込で支払う', () =>
        this.importDeposits('2027-01', '2027-03-31', 'aoba'),
      ),
      step('2027-04-01T10:00', '銀行の結果ファイル：aoba の2月分は振替済', () =>
        this.world.bankDebits('2027-03', () => 0),
      ),
      step('2027-04-02T10:00', '物語の終わり', async () => {}),
    ];
  }

  private grant(reference: string, amount: number, reason: string): Promise<unknown> {
    const { accountId } = this.buyers.get(reference)!;
    return this.world.as('finance').post(`/v1/accounts/${accountId}/credit_limits`, { amount, reason });
  }

  private correctAddressOf(reference: string): Promise<unknown> {
    const { accountId } = this.buyers.get(reference)!;
    const address = '東京都渋谷区渋谷一丁目2番3号';
    return this.world.as('operator').patch(`/v1/accounts/${accountId}`, { address, reason: '登記簿で確認' });
  }

  private enrol(): Promise<unknown> {
    return this.world.as('finance').post(`/v1/direct_debits/${this.mandate}/complete`, {
      evidence: '口座振替登録済通知（2027-01-08）',
      customer_number: '100001',
      bank_account: {
        bank_code: '0005',
        bank_kana: 'ミツビシＵＦＪ',
        branch_code: '001',
        branch_kana: 'ホンテン',
        type: 'ordinary',
        number: '7654321',
        holder_kana: 'カ）アオバシステムズ',
      },
    });
  }

  /** Finance imports a CSV file of one day's deposits. Each of the given buyers has paid its bill of the month in full. */
  private async importDeposits(period: string, on: string, ...references: string[]): Promise<void> {
    const lines = (await this.billsOf(period, references)).map(
      ({ number, total }, i) => `${on.replaceAll('-', '/')},${total},${number},振込 ${on}-${i + 1}`,
    );
    const csv = ['入金日,金額,請求書番号,摘要', ...lines, ''].join('\r\n');
    await this.world.as('finance').postFile('/v1/deposits/import', Buffer.from(csv), 'text/csv');
  }

  private async enterDeposit(reference: string, period: string, on: string, amount: number): Promise<void> {
    const [bill] = await this.billsOf(period, [reference]);
    const deposit = { amount, paid_on: on, invoice_numbers: [bill!.number] };
    await this.world.as('finance').post('/v1/deposits', deposit);
  }

  private async handIn(nominal: string, on: string): Promise<void> {
    const finance = this.world.as('finance');
    await finance.getFile(`/v1/debit_runs/${nominal}/file`);
    await finance.post(`/v1/debit_runs/${nominal}/handed_in`, { on });
  }
}
