import { MAX_COUNT } from '@ungrain/core';
import { evaluateClasses, judgeAccuracy, lazyEngine, loadJudge, loadModel, type Evaluation } from '@ungrain/host';
import type { Accuracy } from '@ungrain/models-mnist/scores';
import type { Command } from 'commander';
import { jsonFlag, threadsFlag, weightsFlag, wholeNumberFlag } from '../common-flags.js';
import { interruptible } from '../interruption.js';
import { percent, printColumns, printJson, printLine } from '../output.js';
import { startProgress } from '../progress.js';
import { addRunFlags, specOfFlags, type RunFlags } from '../run-flags.js';
import { versions } from '../versions.js';

interface EvaluateFlags extends RunFlags {
  readonly count: number;
  readonly weights?: string;
  readonly threads?: number;
  readonly json?: boolean;
}

export function define(command: Command): void {
  command
    .argument('[model]', 'the model', 'digits')
    .addOption(
      wholeNumberFlag('--count', 'images in all, the classes in turn', { min: 1, max: MAX_COUNT }).default(1000),
    );
  addRunFlags(command, ['steps', 'seed']);
  command
    .addOption(weightsFlag())
    .addOption(threadsFlag())
    .addOption(jsonFlag())
    .action((model: string, flags: EvaluateFlags) => interruptible((signal) => evaluate(model, flags, signal)));
}

async function evaluate(name: string, flags: EvaluateFlags, signal: AbortSignal): Promise<void> {
  const { count, weights, threads, json = false } = flags;
  const engine = lazyEngine('onnx', { threads });
  const loaded = await loadModel(name, { engine, weights });
  const { model, registry } = loaded;
  const spec = specOfFlags(flags, loaded, { count, versions });
  const judge = await loadJudge(engine);
  const progress = await startProgress('{bar} {value} of {total} images, {eta} s left', count, json);
  const onProgress = (judged: number): void => progress.update(Math.round(judged));
  try {
    const evaluation = await evaluateClasses(spec, { registry, model, judge, signal, onProgress });
    const ofJudge = await judgeAccuracy(judge);
    progress.stop();
    if (json) printJson({ ...evaluation, judge: ofJudge, spec });
    else printEvaluation(evaluation, ofJudge);
  } finally {
    progress.stop();
    await Promise.all([model.dispose(), judge.dispose()]);
  }
}

function printEvaluation({ perClass, ...all }: Evaluation, ofJudge: Accuracy | null): void {
  const rows = [...perClass.map((one) => [`class ${one.class}`, one] as const), ['all', all] as const];
  printColumns(rows.map(([label, accuracy]) => [label, ...cellsOf(accuracy)]));
  printLine(
    ofJudge
      ? `The judge itself reads ${percent(ofJudge.accuracy)} of MNIST's ${ofJudge.total} test images rightly.`
      : "How well the judge reads MNIST's test images is not known: MNIST is not installed.",
  );
}

const cellsOf = ({ accuracy, correct, total, interval: [low, high] }: Accuracy): readonly string[] => [
  percent(accuracy).padStart(7),
  `${correct} of ${total}`,
  `95 % interval ${percent(low)} to ${percent(high)}`,
];
