import { ok, refuse } from '../../domain/refusal';
import { refusalCodes, refusalTexts } from '../../domain/refusal-codes';

it.each(refusalCodes)('%s has a title and a cure in both languages', (code) => {
  const { ja, en } = refusalTexts[code];
  for (const text of [ja.title, ja.cure]) expect(text).toMatch(/[ぁ-ん].*。$/);
  for (const text of [en.title, en.cure]) expect(text).toMatch(/^(?:[A-Z]|NP).*\.$/);
  for (const text of [en.title, en.cure]) expect(text).toMatch(/^[\x20-\x7e’一-龠ァ-ヶぁ-ん]+$/);
});

it('every title is unique', () => {
  const titles = refusalCodes.flatMap((code) => [refusalTexts[code].ja.title, refusalTexts[code].en.title]);
  expect(new Set(titles).size).toBe(titles.length);
});

it('a refusal has a code, and a path if a part of the input caused it', () => {
  expect(refuse('unknown_plan', { field: ['lines', 0, 'planId'] })).toEqual({
    ok: false,
    refusal: { code: 'unknown_plan', field: ['lines', 0, 'planId'] },
  });
  expect(ok(1)).toEqual({ ok: true, value: 1 });
});
