import { Story } from '../../../dev/story/story';
import { checkBooks, rows, settled } from '../../support/books';
import { newWorld } from '../../support/engine/engine';

test('keeps debits equal to credits, and each account code equal to the invoices, after each step of the story', async () => {
  const world = await newWorld('2026-10-01');
  const story = new Story(world);
  await story.prepare();
  for (const step of story.steps()) {
    await world.until(step.at);
    await step.act();
    await settled(world.storeId);
    await checkBooks(world.storeId);
  }
  // Added up by hand: six receipts of 13,200 for chiyo; bills: aoba five of 33,000, budou four of 88,000, fuji five of 22,000.
  const codes = await rows(
    `SELECT account_code AS code, side, sum(amount)::int AS yen FROM journal_lines WHERE store_id = $1
      GROUP BY account_code, side ORDER BY account_code, side`,
    [world.storeId],
  );
  expect(codes).toEqual(
    [
      { code: '1130', side: 'D', yen: 627_000 },
      { code: '1130', side: 'C', yen: 627_000 },
      { code: '1131', side: 'D', yen: 79_200 },
      { code: '1150', side: 'D', yen: 627_000 },
      { code: '2150', side: 'C', yen: 64_200 },
      { code: '4110', side: 'C', yen: 642_000 },
    ].sort((a, b) => (a.code + a.side < b.code + b.side ? -1 : 1)),
  );
}, 120_000);
