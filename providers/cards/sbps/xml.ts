import { createHash } from 'node:crypto';
import { XMLBuilder, XMLParser } from 'fast-xml-parser';
import { decodeShiftJis, encodeShiftJis } from './shift-jis';

/*
 * Wire format of the API type of SBPS: XML declared and encoded as Shift_JIS, fields in a fixed order, sealed by
 * sps_hashcode (specification "API基本仕様"; two published clients agree on the details).
 */

/** One element of a request. Multibyte text travels as Base64 of its Shift_JIS bytes. */
export type SpsField =
  | { readonly tag: string; readonly text: string; readonly multibyte: boolean }
  | { readonly tag: string; readonly fields: readonly SpsField[] };

/** Half-width text (types 9 and X). */
export function field(tag: string, text: string | number): SpsField {
  return { tag, text: String(text), multibyte: false };
}

/** Type M. */
export function multibyteField(tag: string, text: string): SpsField {
  return { tag, text, multibyte: true };
}

export function fieldGroup(tag: string, fields: readonly SpsField[]): SpsField {
  return { tag, fields };
}

/**
 * Lower-case hex SHA-1 over the Shift_JIS bytes of every value in document order, then the hash key. Values are trimmed
 * and hashed as plain text, even where the wire carries Base64.
 * @throws UnencodableCharacter
 */
export function spsHashcode(fields: readonly SpsField[], hashKey: string): string {
  return createHash('sha1')
    .update(encodeShiftJis(plainTexts(fields).join('') + hashKey))
    .digest('hex');
}

function plainTexts(fields: readonly SpsField[]): string[] {
  return fields.flatMap((f) => ('fields' in f ? plainTexts(f.fields) : f.text.trim()));
}

/** The complete document with its hash code, as bytes to send. @throws UnencodableCharacter */
export function buildSpsRequest(apiId: string, fields: readonly SpsField[], hashKey: string): Buffer {
  const sealed = [...fields, field('sps_hashcode', spsHashcode(fields, hashKey))];
  return encodeShiftJis(
    builder.build([
      { '?xml': [{ '#text': '' }], ':@': { version: '1.0', encoding: 'Shift_JIS' } },
      { 'sps-api-request': sealed.map(toNode), ':@': { id: apiId } },
    ]),
  );
}

type XmlNode = { [tag: string]: XmlNode[] | string | Record<string, string> };

const xmlOptions = { preserveOrder: true, ignoreAttributes: false, attributeNamePrefix: '' } as const;
const builder = new XMLBuilder({ ...xmlOptions, suppressEmptyNode: false });
// Values stay text, because a tracking id read as a number would lose its leading zeros.
const parser = new XMLParser({ ...xmlOptions, parseTagValue: false, parseAttributeValue: false, trimValues: true });

function toNode(f: SpsField): XmlNode {
  if ('fields' in f) return { [f.tag]: f.fields.map(toNode) };
  const text = f.text.trim();
  return { [f.tag]: [{ '#text': f.multibyte ? encodeShiftJis(text).toString('base64') : text }] };
}

/** Text of each leaf of an answer by its path, e.g. `res_pay_method_info/commit_status`. */
export type SpsResponse = ReadonlyMap<string, string>;

/** Returns null when the bytes are not Shift_JIS XML with the root `sps-api-response`. */
export function parseSpsResponse(bytes: Uint8Array): SpsResponse | null {
  let nodes: XmlNode[];
  try {
    nodes = parser.parse(decodeShiftJis(bytes), true) as XmlNode[];
  } catch {
    return null;
  }
  const root = nodes.find((node) => 'sps-api-response' in node)?.['sps-api-response'];
  if (!Array.isArray(root)) return null;
  const values = new Map<string, string>();
  collect(root, '', values);
  return values;
}

function collect(nodes: readonly XmlNode[], prefix: string, into: Map<string, string>): void {
  for (const node of nodes) {
    for (const [tag, content] of Object.entries(node)) {
      if (!Array.isArray(content)) continue;
      const text = content.map((child) => child['#text']).find((t) => typeof t === 'string');
      if (text !== undefined) into.set(prefix + tag, text);
      collect(content, `${prefix}${tag}/`, into);
    }
  }
}
