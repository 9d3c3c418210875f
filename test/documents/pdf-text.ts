import { inflateSync } from 'node:zlib';

/**
 * Extracts the text of each page from a PDF that Typst wrote: plain objects, fonts with a ToUnicode table. There are no
 * line breaks, because pieces follow one another in the order they were drawn. Throws on a glyph without a Unicode
 * character.
 */
export function pdfPages(pdf: Uint8Array): string[] {
  const objects = new Map<string, string>();
  for (const [, id, body] of Buffer.from(pdf)
    .toString('latin1')
    .matchAll(/\n(\d+) 0 obj\n(.*?)\nendobj/gs)) {
    objects.set(id!, body!);
  }
  const stream = (id: string): string => {
    const [, head, data] = /^(.*?)\nstream\n(.*)\nendstream$/s.exec(objects.get(id)!)!;
    return head!.includes('/FlateDecode') ? inflateSync(Buffer.from(data!, 'latin1')).toString('latin1') : data!;
  };
  const kids = /\/Kids \[([^\]]*)\]/.exec([...objects.values()].find((body) => body.includes('/Type /Pages'))!)![1]!;
  return [...kids.matchAll(/(\d+) 0 R/g)].map(([, id]) => pageText(objects.get(id!)!, objects, stream));
}

function pageText(page: string, objects: Map<string, string>, stream: (id: string) => string): string {
  const fonts = new Map<string, Map<number, string>>();
  for (const [, name, id] of page.matchAll(/\/(f\d+) (\d+) 0 R/g)) {
    fonts.set(name!, unicodeTable(stream(/\/ToUnicode (\d+) 0 R/.exec(objects.get(id!)!)![1]!)));
  }
  const content = stream(/\/Contents (\d+) 0 R/.exec(page)![1]!);
  let table = new Map<number, string>();
  let text = '';
  const tokens = /\/(f\d+) [\d.]+ Tf|<([0-9A-F]+)>|\(((?:\\.|[^\\()]|\((?:\\.|[^\\()])*\))*)\)/gs;
  for (const [, font, hex, literal] of content.matchAll(tokens)) {
    if (font) table = fonts.get(font)!;
    else text += decode(hex ? Buffer.from(hex, 'hex').toString('latin1') : unescape(literal!), table);
  }
  return text;
}

function unicodeTable(cmap: string): Map<number, string> {
  const table = new Map<number, string>();
  const utf16 = (hex: string) => Buffer.from(hex, 'hex').swap16().toString('utf16le');
  for (const [, block] of cmap.matchAll(/beginbfchar\n(.*?)endbfchar/gs)) {
    for (const [, code, text] of block!.matchAll(/<(\w+)>\s*<(\w+)>/g)) table.set(parseInt(code!, 16), utf16(text!));
  }
  return table;
}

const ESCAPES: Record<string, string> = { n: '\n', r: '\r', t: '\t', b: '\b', f: '\f' };

function unescape(literal: string): string {
  return literal.replace(/\\(?:([0-7]{1,3})|(.))/gs, (_, octal?: string, char?: string) =>
    octal ? String.fromCharCode(parseInt(octal, 8)) : (ESCAPES[char!] ?? char!),
  );
}

/** Each glyph has two bytes (Identity-H). */
function decode(bytes: string, table: Map<number, string>): string {
  let text = '';
  for (let i = 0; i + 1 < bytes.length; i += 2) {
    const glyph = bytes.charCodeAt(i) * 256 + bytes.charCodeAt(i + 1);
    const character = table.get(glyph);
    if (character === undefined || glyph === 0) throw new Error(`glyph ${glyph} draws no known character`);
    text += character;
  }
  return text;
}
