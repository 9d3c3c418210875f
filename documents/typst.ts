import { readFileSync } from 'node:fs';
import path from 'node:path';
import { NodeCompiler } from '@myriaddreamin/typst-ts-node-compiler';
import * as fontkit from 'fontkit';

/**
 * The data that every document has. `issuedOn` (JST date, YYYY-MM-DD) is also the creation date of the PDF, so equal data give
 * equal bytes.
 */
export interface TypstData {
  issuedOn: string;
}

/**
 * Thrown before drawing for a character that no font can draw. Typst, the typesetter, would silently print an empty box (tofu)
 * for it.
 */
export class MissingGlyphError extends Error {
  override readonly name = 'MissingGlyphError';
  constructor(
    /** The place of the character in the data as a JSON pointer, e.g. `/recipient/company`. */
    readonly field: string,
    readonly character: string,
  ) {
    const codePoint = character.codePointAt(0)!.toString(16).toUpperCase().padStart(4, '0');
    super(`${field}: no font has a glyph for "${character}" (U+${codePoint})`);
  }
}

/** Thrown when Typst can't draw a document, because the template has a bug or the data lack a field or have a bad date. */
export class TypstError extends Error {
  override readonly name = 'TypstError';
}

const templates = path.join(__dirname, 'templates');

/** The font files of each weight in order of preference, the same order as `fonts` in templates/common.typ. */
const fontFiles = {
  regular: [
    '@expo-google-fonts/biz-udpgothic/400Regular/BIZUDPGothic_400Regular.ttf',
    '@expo-google-fonts/noto-sans-jp/400Regular/NotoSansJP_400Regular.ttf',
  ],
  bold: [
    '@expo-google-fonts/biz-udpgothic/700Bold/BIZUDPGothic_700Bold.ttf',
    '@expo-google-fonts/noto-sans-jp/700Bold/NotoSansJP_700Bold.ttf',
  ],
};

interface Engine {
  compiler: NodeCompiler;
  /** True if both weights can draw the character. Both must, because documents print names in both weights. */
  canDraw(codePoint: number): boolean;
}

let engine: Engine | undefined;

/** Loads the fonts and the compiler. It runs once, at the first document, because loading takes about 0.1 s and 20 MB. */
function start(): Engine {
  const read = (files: string[]) => files.map((file) => readFileSync(require.resolve(file)));
  const weights = [read(fontFiles.regular), read(fontFiles.bold)];
  const compiler = NodeCompiler.create({ workspace: templates, fontArgs: [{ fontBlobs: weights.flat() }] });
  const families = weights.map((blobs) => blobs.map((blob) => fontkit.create(blob) as fontkit.Font));
  const known = new Map<number, boolean>();
  const canDraw = (codePoint: number) => {
    let answer = known.get(codePoint);
    if (answer === undefined) {
      answer = families.every((fonts) => fonts.some((font) => font.hasGlyphForCodePoint(codePoint)));
      known.set(codePoint, answer);
    }
    return answer;
  };
  return { compiler, canDraw };
}

/** @throws MissingGlyphError for the first character, in field order, that would print as an empty box. */
function checkGlyphs(value: unknown, pointer: string, canDraw: Engine['canDraw']): void {
  if (typeof value === 'string') {
    for (const character of value) {
      if (character !== '\n' && !canDraw(character.codePointAt(0)!)) throw new MissingGlyphError(pointer, character);
    }
  } else if (typeof value === 'object' && value !== null) {
    for (const [key, member] of Object.entries(value)) checkGlyphs(member, `${pointer}/${key}`, canDraw);
  }
}

/** Typst drops cached pieces that none of the last `cacheAge` documents used. Otherwise its cache would grow without end. */
const cacheAge = 10;

/**
 * Renders `templates/<template>.typ` as PDF/A-2b. The template gets the data as JSON, so that Typst never reads a text
 * in them as markup.
 *
 * @throws MissingGlyphError, TypstError
 */
export function renderTypst(template: string, data: TypstData): Uint8Array {
  engine ??= start();
  checkGlyphs(data, '', engine.canDraw);
  const issuedAt = Date.parse(`${data.issuedOn}T00:00:00+09:00`);
  if (Number.isNaN(issuedAt)) throw new TypstError(`/issuedOn: not a date: ${data.issuedOn}`);

  const { compiler } = engine;
  const result = compiler.compile({
    mainFilePath: path.join(templates, `${template}.typ`),
    inputs: { data: JSON.stringify(data) },
  });
  if (!result.result) {
    const diagnostics = result.takeDiagnostics();
    throw new TypstError(`${template}.typ: ${JSON.stringify(diagnostics?.shortDiagnostics ?? 'did not compile')}`);
  }
  const pdf = compiler.pdf(result.result, { pdfStandard: 'a-2b', creationTimestamp: issuedAt / 1000 });
  compiler.evictCache(cacheAge);
  return new Uint8Array(pdf);
}
