import { parseOptions, UngrainError, type Model, type Plugin, type RunSpec, type RunState } from '@ungrain/core';
import {
  checkRunWeights,
  classesOf,
  conditionKind,
  createAssets,
  guidingWeights,
  loadModel,
  runNotes,
  takeInFiles,
  type Assets,
  type LoadedModel,
  type SavedRun,
} from '@ungrain/host';
import { checkConditionFlag, readCondition } from './condition-flags.js';
import { deepfloydOf, type DeepfloydFlags } from './deepfloyd-flags.js';
import { engineOfFlags, type EngineFlags } from './engine-flags.js';
import type { TypedAxis } from './grid-axes.js';
import { specOfFlags, type RunFlags } from './run-flags.js';
import { branchOfFlags, readStateFor, type StateFlags } from './state-flags.js';
import { versionsWith } from './versions.js';

/** What `ungrain sample` is told. */
export interface SampleFlags extends RunFlags, EngineFlags, StateFlags, DeepfloydFlags {
  readonly class?: readonly number[] | 'none';
  readonly prompt?: readonly string[];
  readonly count?: number;
  readonly out?: string;
  readonly each?: string;
  readonly gif?: string;
  readonly gifX0?: string;
  readonly grid?: readonly TypedAxis[];
  readonly dryRun?: boolean;
  readonly weights?: string;
  readonly json?: boolean;
  readonly plugins?: readonly Plugin[];
}

/** A run that was checked and is ready to begin, or to go on. */
export interface PreparedRun extends LoadedModel {
  readonly spec: RunSpec;
  readonly assets: Assets;
  /** From where it goes on; undefined at its start. */
  readonly state: RunState | undefined;
  /** Sentences that the person should read afterwards; more may come while it runs. */
  readonly notes: readonly string[];
}

/** Loads the model and checks what the flags say of the run. The caller disposes of the model. */
export async function prepareRun(name: string, flags: SampleFlags, signal: AbortSignal): Promise<PreparedRun> {
  const { weights, fromState, plugins } = flags;
  const engine = engineOfFlags(flags);
  const notes: string[] = [];
  const telling = { signal, onNote: (note: string) => notes.push(note) };
  const saved = fromState === undefined ? undefined : await readStateFor(fromState, name);
  const loaded = await loadModel(name, { engine, weights, plugins, deepfloyd: deepfloydOf(flags, telling) });
  const assets = createAssets(saved?.record.assets);
  const asked = saved ? branch(saved, flags, loaded) : begin(flags, loaded);
  const guiding = await guidingWeights(asked, loaded.registry);
  const versions = { ...(await versionsWith(engine)), ...loaded.versions, ...guiding };
  const spec = await takeInFiles({ ...asked, versions }, loaded.registry, assets);
  notes.push(...runNotes(spec, loaded));
  return { ...loaded, assets, spec, state: saved?.state, notes };
}

function begin(flags: SampleFlags, loaded: LoadedModel): RunSpec {
  const conditions = conditionsOf(flags, loaded.model);
  return specOfFlags(flags, loaded, { count: conditions.length || (flags.count ?? 1), conditions: [...conditions] });
}

function branch(saved: SavedRun, flags: SampleFlags, loaded: LoadedModel): RunSpec {
  checkRunWeights(saved.record.spec, loaded);
  const conditions = flags.class === undefined && flags.prompt === undefined ? null : conditionsOf(flags, loaded.model);
  return branchOfFlags(saved, flags, conditions, loaded.registry);
}

/** One condition for each sample, class by class; none if whatever comes is wanted. */
function conditionsOf({ class: chosen, prompt: prompts, count = 1 }: SampleFlags, model: Model): readonly unknown[] {
  if (prompts) {
    checkConditionFlag(model, 'prompt');
    return prompts.flatMap((text) => new Array<unknown>(count).fill(readCondition(model, text, '--prompt')));
  }
  const known = classesOf(model);
  if (!known && chosen !== undefined && chosen !== 'none')
    throw new UngrainError(
      'no-classes',
      `Model '${model.name}' has no classes${conditionKind(model) === 'prompt' ? '; write what it should draw after --prompt' : ' and draws whatever comes; leave out --class'}.`,
    );
  const classes = chosen === 'none' ? [] : (chosen ?? known ?? []);
  return classes
    .map((raw) => parseOptions(model.condition, raw, '--class'))
    .flatMap((condition) => new Array<unknown>(count).fill(condition));
}
