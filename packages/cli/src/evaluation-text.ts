import { SCORES, scoreText, short, type Comparison, type Evaluation, type ScoreName } from '@ungrain/host';
import { JUDGE_FEATURES } from '@ungrain/models-mnist';
import type { Accuracy } from '@ungrain/models-mnist/scores';
import { percent, printColumns, printLine } from './output.js';

/** The nearest pairs that are printed as JSON; all of them are as many as samples. */
const PAIRS = 20;

/** An evaluation as JSON shows it: without the picture, and with the nearest pairs only. */
export function evaluationJson({ compared, ...rest }: Evaluation) {
  if (!compared) return { ...rest, compared: null };
  const { samples, floor, recallOfFloor, memorization, judge } = compared;
  const nearest = { ...memorization, pairs: memorization.pairs.slice(0, PAIRS) };
  return { ...rest, compared: { samples, floor, recallOfFloor, memorization: nearest, judge } };
}

export function printEvaluation({ perClass, compared, unscored, callsPerSample, ...all }: Evaluation): void {
  const rows = [...perClass.map((one) => [`class ${one.class}`, one] as const), ['all', all] as const];
  printColumns(rows.map(([label, accuracy]) => [label, ...accuracyCells(accuracy)]));
  printLine();
  if (compared) printComparison(compared);
  else printLine(unscored!);
  printLine(`The network was evaluated ${callsPerSample} times for an image.`);
}

function printComparison({ samples, floor, recallOfFloor, memorization, judge }: Comparison): void {
  const names = Object.keys(SCORES) as ScoreName[];
  printColumns([
    ['', 'samples', 'real images'],
    ...names.map((name) => [SCORES[name].title, scoreText(samples[name]), scoreText(floor[name])]),
  ]);
  printLine(`Recall is ${percent(recallOfFloor)} of the real images'.`);
  printLine();
  const { samples: drawn, real } = memorization;
  printColumns([
    ['nearest training image', 'samples', 'real images'],
    ['median distance', short(drawn.median), short(real.median)],
    ['nearer than 99 % of real images', shareText(drawn.near), shareText(real.near)],
    ['copies: a third as far as the next', shareText(drawn.copies), shareText(real.copies)],
  ]);
  printLine();
  printLine(
    `In brackets: 95 % intervals. Real images are as many test images, scored as if they were samples. Scores are of the ` +
      `judge's penultimate layer (${JUDGE_FEATURES} features); it reads ${percent(judge.accuracy)} of ${judge.total} test images ` +
      'rightly. Distances to training images are those of pixels.',
  );
}

const shareText = ({ accuracy, interval: [low, high] }: Accuracy): string =>
  `${percent(accuracy)} (${percent(low)} to ${percent(high)})`;

const accuracyCells = ({ accuracy, correct, total, interval: [low, high] }: Accuracy): readonly string[] => [
  percent(accuracy).padStart(7),
  `${correct} of ${total}`,
  `95 % interval ${percent(low)} to ${percent(high)}`,
];
