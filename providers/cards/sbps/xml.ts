import { createHash } from 'node:crypto';
import { XMLBuilder, XMLParser } from 'fast-xml-parser';
import { decodeShiftJis, encodeShiftJis } from './shift-jis';

/*
 * Wire format of the card gateway SBPS (its specification "API基本仕様"; two published clients of the API agree on the
 * details). A request is XML, declared and encoded as Shift_JIS, with its fields in a fixed order. Its last field
 * sps_hashcode is a hash of all other values and the merchant's secret hash key.
 */

/** One XML element of a request. Text that may hold Japanese (`multibyte`) is sent as Base64 of its Shift_JIS bytes. */
export type SpsField =
  | { readonly tag: string; readonly text: string; readonly multibyte: boolean }
  | { readonly tag: string; readonly fields: readonly SpsField[] };

/** A field for half-width characters: type 9 (digits only) or X in SBPS's specification. */
export function field(tag: string, text: string | number): SpsField {
  return { tag, text: String(text), multibyte: false };
}

/** A field for Japanese text: type M in SBPS's specification. */
export function multibyteField(tag: string, text: string): SpsField {
  return { tag, text, multibyte: true };
}

export function fieldGroup(tag: string, fields: readonly SpsField[]): SpsField {
  return { tag, fields };
}

/**
 * Value of sps_hashcode: SHA-1 as lower-case hex over the Shift_JIS bytes of all values in document order, followed by
 * the hash key. Values are trimmed. A value that is sent as Base64 is hashed as plain text.
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

/** Builds the XML document of a request with its hash code. @throws UnencodableCharacter */
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
// The parser must not turn values into numbers, because a tracking id would lose its leading zeros.
const parser = new XMLParser({ ...xmlOptions, parseTagValue: false, parseAttributeValue: false, trimValues: true });

function toNode(f: SpsField): XmlNode {
  if ('fields' in f) return { [f.tag]: f.fields.map(toNode) };
  const text = f.text.trim();
  return { [f.tag]: [{ '#text': f.multibyte ? encodeShiftJis(text).toString('base64') : text }] };
}

/** The text of each field of an answer by the field's path, e.g. `res_pay_method_info/commit_status`. */
export type SpsResponse = ReadonlyMap<string, string>;

/** Reads an answer. Returns null when the bytes are not Shift_JIS XML with the root `sps-api-response`. */
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
