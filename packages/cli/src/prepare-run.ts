import { parseOptions, UngrainError, type Model, type RunSpec } from '@ungrain/core';
import { classesOf, createAssets, loadModel, takeInFiles, type Assets, type LoadedModel } from '@ungrain/host';
import { engineOfFlags, type EngineFlags } from './engine-flags.js';
import type { TypedAxis } from './grid-axes.js';
import { specOfFlags, type RunFlags } from './run-flags.js';
import { versionsWith } from './versions.js';

/** What `ungrain sample` is told. */
export interface SampleFlags extends RunFlags, EngineFlags {
  readonly class?: readonly number[] | 'none';
  readonly count?: number;
  readonly out?: string;
  readonly each?: string;
  readonly gif?: string;
  readonly gifX0?: string;
  readonly grid?: readonly TypedAxis[];
  readonly weights?: string;
  readonly json?: boolean;
}

/** A run that was checked and is ready to begin. */
export interface PreparedRun extends LoadedModel {
  readonly spec: RunSpec;
  readonly assets: Assets;
}

/** Loads the model and checks what the flags say of the run. The caller disposes of the model. */
export async function prepareRun(name: string, flags: SampleFlags): Promise<PreparedRun> {
  const engine = engineOfFlags(flags);
  const loaded = await loadModel(name, { engine, weights: flags.weights });
  const conditions = conditionsOf(flags, loaded.model);
  const count = conditions.length || (flags.count ?? 1);
  const assets = createAssets();
  const asked = specOfFlags(flags, loaded, {
    count,
    conditions: [...conditions],
    versions: await versionsWith(engine),
  });
  return { ...loaded, assets, spec: await takeInFiles(asked, loaded.registry, assets) };
}

/** One condition for each sample, class by class; none if whatever comes is wanted. */
function conditionsOf({ class: chosen, count = 1 }: SampleFlags, model: Model): readonly unknown[] {
  const known = classesOf(model);
  if (!known && chosen !== undefined && chosen !== 'none')
    throw new UngrainError('no-classes', `Model '${model.name}' draws whatever comes; leave out --class.`);
  const classes = chosen === 'none' ? [] : (chosen ?? known ?? []);
  return classes
    .map((raw) => parseOptions(model.condition, raw, '--class'))
    .flatMap((condition) => new Array<unknown>(count).fill(condition));
}
