export interface MerchantSettings {
  shopCode: string;
  spCode: string;
  terminalId: string;
  newsUrl: string;
  alarmsUrl: string;
  alarmsToken: string;
  /** Base URL of a Resend API; null = NP's mails are not sent. */
  mailUrl: string | null;
  seller: { name: string; registrationNumber: string };
  /** URL of this simulator, for callbacks. */
  ownUrl: string;
}
