// The bar chart as SVG: the speed of wasi9p on ram relative to other hosts, on a logarithmic axis.
import type { Figure, Results } from './results.ts';
import type { Row } from './rows.ts';

const LABELS = 300;
const WIDTH = 1000;
const BAR = 6;
const ROW = 28;
const TOP = 70;
/** The axis goes from a hundredth to a thousand. */
const FROM = -2;
const TO = 3;

interface Series {
  name: string;
  color: string;
  other: (results: Results, row: Row) => Figure | null;
}

const SERIES: readonly Series[] = [
  { name: 'than native gcc on tmpfs', color: '#666666', other: (results, row) => of(results, row, 'native') },
  { name: 'than node:wasi on tmpfs', color: '#2f7d32', other: (results, row) => of(results, row, 'node-wasi') },
  {
    name: 'than the fastest in-memory peer',
    color: '#1f5fa8',
    other: (results, row) => results.fastestPeer(row)?.figure ?? null,
  },
];

function of(results: Results, row: Row, key: string): Figure | null {
  return results.figure(row, results.column(key));
}

/** The whole picture. */
export function chart(results: Results): string {
  const height = TOP + ROW * results.rows.length + 10;
  const rows = results.rows.map((row, i) => rowBars(results, row, TOP + i * ROW));
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${WIDTH} ${height}" font-family="sans-serif" font-size="12">
<rect width="${WIDTH}" height="${height}" fill="#ffffff"/>
<text x="10" y="20" font-size="15">How many times faster (right) or slower (left) wasi9p on ram is, CPU time of a call</text>
${SERIES.map(legend).join('\n')}
${axis(height - 10)}
${rows.join('\n')}
</svg>
`;
}

function legend({ name, color }: Series, i: number): string {
  const x = 10 + i * 230;
  return `<rect x="${x}" y="32" width="10" height="10" fill="${color}"/><text x="${x + 15}" y="41">${name}</text>`;
}

/** Returns the horizontal position of a ratio. */
function at(ratio: number): number {
  const power = Math.min(TO, Math.max(FROM, Math.log10(ratio)));
  return Math.round(10 * (LABELS + ((power - FROM) / (TO - FROM)) * (WIDTH - LABELS - 20))) / 10;
}

function axis(bottom: number): string {
  const lines = [];
  for (let power = FROM; power <= TO; power++) {
    const x = at(10 ** power);
    const color = power === 0 ? '#000000' : '#dddddd';
    lines.push(`<line x1="${x}" y1="${TOP - 6}" x2="${x}" y2="${bottom}" stroke="${color}"/>`);
    lines.push(`<text x="${x}" y="${TOP - 10}" text-anchor="middle">${10 ** power}×</text>`);
  }
  return lines.join('\n');
}

function rowBars(results: Results, row: Row, y: number): string {
  const ours = of(results, row, 'ram');
  const bars = SERIES.map(({ color, other }, i) => {
    const theirs = other(results, row);
    return ours === null || theirs === null ? '' : bar(theirs.median / ours.median, y + i * (BAR + 1), color);
  });
  const label = `<text x="${LABELS - 10}" y="${y + 15}" text-anchor="end">${row.label}</text>`;
  return [label, ...bars].join('');
}

function bar(ratio: number, y: number, color: string): string {
  const from = Math.min(at(1), at(ratio));
  const width = Math.max(1, Math.abs(at(ratio) - at(1))).toFixed(1);
  return `<rect x="${from}" y="${y}" width="${width}" height="${BAR}" fill="${color}"/>`;
}
