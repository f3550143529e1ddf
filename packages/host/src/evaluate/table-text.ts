import type { Accuracy } from '@ungrain/models-mnist/scores';
import type { Score } from './set-scores.js';
import { cellKey } from './table-cells.js';
import type { ScoredCell, ScoreTable } from './table-file.js';

/** What a table says, as cells of text: the first row is the head, the last the real images. */
export function tableRows({ table, cells, floor, judge, reference }: ScoreTable): readonly (readonly string[])[] {
  const titles = { guidance: ['γ'], steps: ['sampler', 'steps'] }[table];
  const nameOf = (cell: ScoredCell): readonly string[] => {
    if (table === 'guidance') return [cell.scale === null ? 'none' : String(cell.scale)];
    return [`${cell.sampler}${cellKey(cell) === reference ? ' (reference)' : ''}`, String(cell.steps)];
  };
  const recallOfFloor = (recall: Score): string => percent(recall.value / floor.recall.value);
  const scored = ({ frechet, precision, recall }: ScoreTable['floor']): readonly string[] => [
    scoreText(frechet),
    precision.value.toFixed(3),
    scoreText(recall),
    recallOfFloor(recall),
  ];
  return [
    [...titles, 'calls', 'accuracy', 'Fréchet distance', 'precision', 'recall', "of the floor's"],
    ...cells.map((cell) => [
      ...nameOf(cell),
      cell.callsPerSample.toFixed(0),
      accuracyText(cell.accuracy),
      ...scored(cell.scores),
    ]),
    [...['real images', '–'].slice(0, titles.length), '–', accuracyText(judge), ...scored(floor)],
  ];
}

/** What the numbers come to, a sentence each. */
export const tableConclusions = (table: ScoreTable): readonly string[] =>
  table.table === 'guidance' ? guidanceConclusions(table) : stepsConclusions(table);

function guidanceConclusions({ cells, floor }: ScoreTable): readonly string[] {
  if (cells.length === 0) return [];
  const by = (goodness: (cell: ScoredCell) => number): ScoredCell =>
    cells.reduce((best, cell) => (goodness(cell) > goodness(best) ? cell : best));
  const recalled = by(({ scores }) => scores.recall.value);
  const nearest = by(({ scores }) => -scores.frechet.value);
  const share = recalled.scores.recall.value / floor.recall.value;
  return [
    `Recall is highest at γ = ${recalled.scale}: ${percent(share)} of the floor's.`,
    `The Fréchet distance is lowest at γ = ${nearest.scale}: ${scoreText(nearest.scores.frechet)}.`,
  ];
}

/** As good as the reference: no further off than its interval allows, neither in Fréchet distance nor in accuracy. */
function stepsConclusions({ cells, reference }: ScoreTable): readonly string[] {
  const measure = cells.find((cell) => cellKey(cell) === reference);
  if (!measure) return [];
  const limits = { frechet: measure.scores.frechet.interval[1], accuracy: measure.accuracy.interval[0] };
  const others = cells.filter((cell) => cell !== measure);
  const perSampler = [...new Set(others.map(({ sampler }) => sampler))].map((sampler) => {
    const [first] = others
      .filter((cell) => cell.sampler === sampler)
      .filter(({ scores, accuracy }) => scores.frechet.value <= limits.frechet && accuracy.accuracy >= limits.accuracy)
      .sort((a, b) => a.callsPerSample - b.callsPerSample);
    const whole = `${measure.sampler} with ${measure.steps} steps`;
    if (!first) return `${sampler} is not as good as ${whole} with any number of steps here.`;
    const times = (measure.callsPerSample / first.callsPerSample).toFixed(1);
    return `${sampler} with ${first.steps} steps is as good as ${whole}, with ${times} times fewer calls of the model.`;
  });
  return [...perSampler, "As good: Fréchet distance and accuracy no worse than the reference's intervals allow."];
}

/** The table for people, with what it was made from. */
export function tableMarkdown(table: ScoreTable): string {
  const [head, ...rows] = tableRows(table);
  const line = (cells: readonly string[]): string => `| ${cells.join(' | ')} |`;
  return [
    line(head!),
    line(head!.map(() => '---')),
    ...rows.map(line),
    '',
    ...tableConclusions(table),
    '',
    TABLE_NOTE,
    '',
    '```json',
    JSON.stringify(table.settings, null, 2),
    '```',
    '',
  ].join('\n');
}

/** What the columns mean. */
export const TABLE_NOTE =
  'Calls: evaluations of the network for an image. In brackets: 95 % intervals. Real images: as many test images as ' +
  'there are samples, against the same reference. Fréchet distance, precision and recall are those of the features of ' +
  "the judge's penultimate layer.";

export const percent = (share: number): string => `${(share * 100).toFixed(1)} %`;

const accuracyText = ({ accuracy, interval: [low, high] }: Accuracy): string =>
  `${percent(accuracy)} (${percent(low)} to ${percent(high)})`;

/** Three digits that count: `12.3 (11.8 to 12.9)`. */
export const scoreText = ({ value, interval: [low, high] }: Score): string =>
  `${short(value)} (${short(low)} to ${short(high)})`;

export const short = (x: number): string =>
  Math.abs(x) >= 100 ? x.toFixed(0) : x.toPrecision(Math.abs(x) < 0.001 ? 1 : 3);
