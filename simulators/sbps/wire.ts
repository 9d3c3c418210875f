import { createHash, timingSafeEqual } from 'node:crypto';
import { XMLBuilder, XMLParser } from 'fast-xml-parser';
import { type Day, dayOf, momentOf } from '../dates';
import { decodeCp932, encodeCp932, looksLikeUtf8 } from './cp932';
import { REQUEST_FIELDS, type FieldSpec } from './request-fields';

/**
 * SBPS's refusal of a call. The answer has the result NG and this code: 3 characters for the payment method, 2 for the type
 * of error and 3 for the field (item).
 */
export class Refusal extends Error {
  override readonly name = 'Refusal';
  constructor(readonly code: string) {
    super(code);
  }
}

/** Throws the refusal of a card call (payment method 101). The item 999 names no field. */
export function refuse(type: string, item = '999'): never {
  throw new Refusal(`101${type}${item}`);
}

export interface Merchant {
  merchantId: string;
  serviceId: string;
  hashKey: string;
}

export interface SpsRequest {
  apiId: string;
  /** Reads a field by its path. Returns '' for a missing field. Base64 is already decoded. */
  get(path: string): string;
}

type XmlNode = { [tag: string]: XmlNode[] | string | Record<string, string> };
const xmlOptions = { preserveOrder: true, ignoreAttributes: false, attributeNamePrefix: '' } as const;
const parser = new XMLParser({ ...xmlOptions, parseTagValue: false, parseAttributeValue: false });
const builder = new XMLBuilder(xmlOptions);

/** Error code for an unreadable document. The first 999 stands for the payment method, which such a document does not tell. */
const UNREADABLE = '99900999';

export interface SpsDocument {
  apiId: string;
  values: ReadonlyMap<string, string>;
}

/**
 * Reads the XML of a request.
 * @throws Refusal of type 00 unless the body is XML, declared and encoded as Shift_JIS, with the root `sps-api-request`
 */
export function readDocument(body: Buffer): SpsDocument {
  if (!/^<\?xml version="1\.0" encoding="shift_jis"\s*\?>/i.test(body.toString('latin1')))
    throw new Refusal(UNREADABLE);
  const text = decodeCp932(body);
  if (text === null || looksLikeUtf8(body)) throw new Refusal(UNREADABLE);
  let nodes: XmlNode[];
  try {
    nodes = parser.parse(text, true) as XmlNode[];
  } catch {
    throw new Refusal(UNREADABLE);
  }
  const root = nodes.find((node) => 'sps-api-request' in node);
  const children = root?.['sps-api-request'];
  const attributes = root?.[':@'];
  if (!Array.isArray(children) || typeof attributes !== 'object') throw new Refusal(UNREADABLE);
  const values = new Map<string, string>();
  collect(children, '', values);
  return { apiId: (attributes as Record<string, string>)['id'] ?? '', values };
}

function collect(nodes: XmlNode[], prefix: string, into: Map<string, string>): void {
  for (const node of nodes) {
    for (const [tag, content] of Object.entries(node)) {
      if (!Array.isArray(content)) continue;
      const path = prefix + tag;
      const text = content.map((child) => child['#text']).find((t) => typeof t === 'string');
      const nested = content.some((child) => !('#text' in child));
      if (nested) {
        collect(content, `${path}/`, into);
        continue;
      }
      if (into.has(path)) throw new Refusal(UNREADABLE);
      into.set(path, typeof text === 'string' ? text.trim() : '');
    }
  }
}

/**
 * Checks a request against the specification of its call.
 * @throws Refusal for an unknown call, for another merchant's ids, for a field that is unknown, missing, too long or
 * malformed, and for a wrong hash
 */
export function checkDocument({ apiId, values }: SpsDocument, merchant: Merchant): SpsRequest {
  const specs = REQUEST_FIELDS.get(apiId);
  if (!specs) throw new Refusal('99902000');
  const groups = new Set(specs.map((spec) => spec.path.split('/')[0]));
  for (const path of values.keys()) {
    if (!specs.some((spec) => spec.path === path) && !(groups.has(path) && values.get(path) === '')) refuse('00');
  }
  const texts = new Map(specs.map((spec) => [spec.path, checkField(spec, values.get(spec.path) ?? '')]));
  if (texts.get('merchant_id') !== merchant.merchantId) refuse('14', '001');
  if (texts.get('service_id') !== merchant.serviceId) refuse('14', '002');

  // The hash covers the fields in the order of the specification. A request whose sender hashed them in another order fails here.
  const sealed = specs.filter((spec) => spec.path !== 'sps_hashcode').map((spec) => texts.get(spec.path) ?? '');
  const expected = createHash('sha1')
    .update(encodeCp932(sealed.join('') + merchant.hashKey))
    .digest('hex');
  const given = texts.get('sps_hashcode') ?? '';
  if (given.length !== 40 || !timingSafeEqual(Buffer.from(given), Buffer.from(expected))) refuse('09', '025');
  return { apiId, get: (path) => texts.get(path) ?? '' };
}

function checkField({ type, max, exact, required, item }: FieldSpec, wire: string): string {
  if (wire === '') return required ? refuse('03', item) : '';
  const text = type === 'M' ? decodeMultibyte(wire, item) : wire;
  if (type === '9' || type === 'date' ? !/^\d+$/.test(text) : type !== 'M' && !/^[\x20-\x7e]+$/.test(text))
    refuse('04', item);
  const length = encodeCp932(text).length;
  if (length > max || (exact && length < max)) refuse('05', item);
  if (type === 'date' && dayOfDigits(text) === null) refuse('06', item);
  if (item === '008' && Number(text) < 1) refuse('06', item);
  if (Array.isArray(type) && !type.includes(text)) refuse('07', item);
  return text;
}

function decodeMultibyte(wire: string, item: string): string {
  const bytes = Buffer.from(wire, 'base64');
  if (bytes.toString('base64') !== wire) return refuse('06', item);
  const text = decodeCp932(bytes);
  if (text === null || looksLikeUtf8(bytes)) return refuse('06', item);
  return /[\t\r\n]/.test(text) ? refuse('04', item) : text;
}

/** The date of a YYYYMMDDHHMMSS text: `20261005100000` → `2026-10-05`. Returns null when there is no such date and time. */
export function dayOfDigits(digits: string): Day | null {
  const [, y, mo, d, h, mi, s] = /^(\d{4})(\d\d)(\d\d)(\d\d)(\d\d)(\d\d)$/.exec(digits) ?? [];
  const at = momentOf(`${y}-${mo}-${d}T${h}:${mi}:${s}+09:00`);
  return at && dayOf(at);
}

export type Answer = { [tag: string]: string | Answer };

export function writeOk(apiId: string, answer: Answer, date: string): Buffer {
  return write({ res_result: 'OK', ...answer, res_err_code: '', res_date: date }, { id: apiId });
}

/** Writes a refusal. Like SBPS's, it has no API id and no other fields. `date` is '' when the request had no valid date. */
export function writeNg(code: string, date: string): Buffer {
  return write({ res_result: 'NG', res_err_code: code, res_date: date }, {});
}

function write(answer: Answer, attributes: Record<string, string>): Buffer {
  const xml = builder.build([
    { '?xml': [{ '#text': '' }], ':@': { version: '1.0', encoding: 'Shift_JIS' } },
    { 'sps-api-response': nodesOf(answer), ':@': attributes },
  ]);
  return encodeCp932(xml);
}

function nodesOf(answer: Answer): XmlNode[] {
  return Object.entries(answer).map(([tag, value]) => ({
    [tag]: typeof value === 'string' ? [{ '#text': value }] : nodesOf(value),
  }));
}
