import fc from 'fast-check';
import { bankBytes, bankText, toBankKana } from '../../../domain/formats/kana';

const party = (text: string) => toBankKana(text, 'party', 30);

test.each([
  ['カブシキガイシャ　アオバ', 'ｶﾌﾞｼｷｶﾞｲｼﾔ ｱｵﾊﾞ'],
  ['ｶ)ﾗﾝｻｰｽﾞ', 'ｶ)ﾗﾝｻ-ｽﾞ'],
  ['きゃっしゅ　ｃａｒｄ', 'ｷﾔﾂｼﾕ CARD'],
  ['ヴァイオリン（カ', 'ｳﾞｱｲｵﾘﾝ(ｶ'],
  ['パ゜', null],
  ['ハ゜ハﾟ', 'ﾊﾟﾊﾟ'],
  ['エイ・ビー', null],
  [' A.B-1−２ー ', 'A.B-1-2-'],
])('%s', (text, written) => {
  const result = party(text);
  expect(result.ok ? result.value : null).toBe(written);
});

test.each([
  ['カブシキ会社', '会', 5],
  ['ヲカダ', 'ヲ', 1],
  ['ヤマダ、タロウ', '、', 4],
  ['ヷイオリン', 'ヷ', 1], // ワ has no voiced reading in the set
  ['゛アオバ', '゛', 1], // the second half of a name cut in two
  ['㈱アオバ', '㈱', 1],
  ['アオ😀', '😀', 3],
])('%s is refused: %s is named with its place', (text, character, position) => {
  expect(party(text)).toEqual({
    ok: false,
    refusal: { code: 'kana_not_convertible', params: { character, position } },
  });
});

test('a bank’s name may have no symbol except the hyphen', () => {
  expect(toBankKana('ＰａｙＰａｙ－１', 'bank', 15)).toEqual({ ok: true, value: 'PAYPAY-1' });
  expect(toBankKana('ミズホ.', 'bank', 15)).toMatchObject({ refusal: { params: { character: '.', position: 4 } } });
});

test('voicing marks count as bytes of the field, and a longer name is refused, not cut', () => {
  expect(toBankKana('ガ'.repeat(7), 'bank', 15)).toMatchObject({ ok: true });
  expect(toBankKana('ガ'.repeat(8), 'bank', 15)).toEqual({
    ok: false,
    refusal: { code: 'kana_too_long', params: { length: 16, max: 15 } },
  });
});

test('any text is refused or becomes characters of the set, and a second conversion changes nothing', () => {
  const typed = fc.string({ unit: fc.constantFrom(...'アガパッャーぁがｶﾞﾟｰaＡ1（)．- 　漢ヲ・ヴ'), maxLength: 20 });
  fc.assert(
    fc.property(typed, (text) => {
      const written = party(text);
      if (!written.ok) return;
      expect(written.value).toMatch(/^[0-9A-Z ()\-.ｱ-ﾟ]*$/);
      expect(party(written.value)).toEqual(written);
      expect(bankText(bankBytes(written.value))).toBe(written.value);
      // A mark always stands after a kana.
      expect(written.value).not.toMatch(/(^|[^ｱ-ﾝ])[ﾞﾟ]/);
    }),
  );
});
