/**
 * A Markdown table. Its columns are as wide as their widest cell, as in pages written by hand. A Japanese character is two wide.
 */
export function table(head: string[], rows: string[][]): string {
  const widths = head.map((_, i) => Math.max(...[head, ...rows].map((row) => widthOf(row[i]!))));
  const line = (cells: string[]) =>
    `| ${cells.map((cell, i) => cell + ' '.repeat(widths[i]! - widthOf(cell))).join(' | ')} |`;
  return [line(head), `| ${widths.map((width) => '-'.repeat(width)).join(' | ')} |`, ...rows.map(line)].join('\n');
}

function widthOf(text: string): number {
  return [...text].reduce((width, char) => width + (char > '⺀' ? 2 : 1), 0);
}
