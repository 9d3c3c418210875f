/** One shop's access to the simulated NP, and the addresses that NP calls for it. */
export interface MerchantSettings {
  shopCode: string;
  spCode: string;
  terminalId: string;
  /** The engine's address for NP's news. */
  newsUrl: string;
  /** Address and token at which the simulator asks the store's clock for a callback. */
  alarmsUrl: string;
  alarmsToken: string;
  /** Base URL of Resend or of its simulator. null: NP sends no mails. */
  mailUrl: string | null;
  seller: { name: string; registrationNumber: string };
  /** URL of this simulator, at which the clock calls back. */
  ownUrl: string;
}
