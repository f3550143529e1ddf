import { planRun, UngrainError, type RunState, type RunStep } from '@ungrain/core';
import { collectFrames, encodeState, sampleToEnd, writeWhole, type Outputs } from '@ungrain/host';
import { counted, printJson, printLine } from './output.js';
import type { PreparedRun, SampleFlags } from './prepare-run.js';
import { startProgress } from './progress.js';
import { tellFiles } from './sample-text.js';
import { quote } from './shell-words.js';

/** `ungrain sample` without a grid: one run, to its end or to where it is stopped. */
export async function sampleOnce(
  { model, registry, spec, assets, state, notes }: PreparedRun,
  flags: SampleFlags,
  outputs: Outputs,
  signal: AbortSignal,
): Promise<void> {
  const { saveState, stopAfter, json = false } = flags;
  const total = planRun(spec, registry, model).levels.length - 1;
  checkStop(stopAfter, state?.index ?? 0, state?.moves.length ?? total);
  const started = performance.now();
  const progress = await startProgress('{bar} step {value} of {total}, {eta} s left', total, json);
  const { frames, onStep: collect } = collectFrames(outputs.frames);
  const stop = new AbortController();
  let last: { readonly step: RunStep; readonly state: RunState } | null = null;
  const onStep = (step: RunStep): void => {
    collect(step);
    progress.update(step.index + 1);
    if (saveState !== undefined) last = { step, state: step.save() };
    if (step.index + 1 === stopAfter) stop.abort();
  };
  const kept = (): typeof last => last;
  try {
    const run = { registry, model, assets, state, signal: AbortSignal.any([signal, stop.signal]), onStep };
    const samples = await sampleToEnd(spec, run);
    const files = await outputs.write({ samples, frames, range: model.range, spec, assets: assets.files });
    progress.stop();
    const what = `${counted(spec.count, 'image')} in ${counted(spec.steps, 'step')}`;
    tellFiles(what, { files, started, spec, notes }, flags);
  } catch (error) {
    const done = kept();
    if (!(signal.aborted || stop.signal.aborted) || saveState === undefined || !done) throw error;
    await writeWhole(saveState, encodeState({ record: { spec, shown: {}, assets: assets.files }, state: done.state }));
    const again = `ungrain sample ${spec.model} --from-state ${quote(saveState)}`;
    const message = `Stopped after step ${done.step.index + 1} of ${done.step.total}; go on with \`${again}\`.`;
    if (signal.aborted) throw new UngrainError('aborted', message, 'failure');
    progress.stop();
    if (json) printJson({ state: saveState, step: done.step.index + 1, total: done.step.total, spec });
    else printLine(message);
  } finally {
    progress.stop();
  }
}

/** @throws UngrainError `bad-flag` if there is no such step to stop after */
function checkStop(stopAfter: number | undefined, done: number, total: number): void {
  if (stopAfter === undefined || (stopAfter > done && stopAfter < total)) return;
  throw new UngrainError(
    'bad-flag',
    done > 0
      ? `--stop-after ${stopAfter} is not in the rest of the run: ${done} of its ${total} steps are done.`
      : `--stop-after ${stopAfter} leaves nothing to stop: the run has ${counted(total, 'step')}.`,
  );
}
