import { parseOptions, UngrainError, type Model, type RunSpec } from '@ungrain/core';
import { conditionKind } from '@ungrain/host';
import { Option, type Command } from 'commander';

/** What an image is to show: a class of a model that has classes, or words for one that reads them. */
export interface ConditionFlags {
  readonly class?: string;
  readonly prompt?: string;
}

/** Adds the flags of `ConditionFlags`. */
export function addConditionFlags(command: Command, help: string): void {
  command
    .addOption(new Option('--class <class>', `${help}, of a model that has classes`))
    .addOption(new Option('--prompt <text>', `${help}, of a model that reads words`));
}

/** The flag that says to a model what to show. @throws UngrainError `bad-flag` if it takes nothing of the kind */
export function checkConditionFlag(model: Model, flag: 'class' | 'prompt'): void {
  const kind = conditionKind(model);
  if (kind === 'other')
    throw new UngrainError('bad-flag', `Model '${model.name}' draws whatever comes; leave out --${flag}.`);
  if (kind !== flag)
    throw new UngrainError(
      'bad-flag',
      kind === 'class'
        ? `Model '${model.name}' draws classes; say which by --class, not by --prompt.`
        : `Model '${model.name}' draws what words say; write them after --prompt, not --class.`,
    );
}

/** A text as the condition that a model takes. @param flag for messages */
export function readCondition(model: Model, text: string, flag: string): unknown {
  const isNumber = conditionKind(model) !== 'prompt' && /^-?\d+$/.test(text.trim());
  return parseOptions(model.condition, isNumber ? Number(text) : text, flag);
}

/** All samples for one condition, the model's own guidance with it; whatever comes, and no guidance, without one. */
export function withCondition(spec: RunSpec, model: Model, flags: ConditionFlags): RunSpec {
  for (const flag of ['class', 'prompt'] as const) {
    const text = flags[flag];
    if (text === undefined) continue;
    checkConditionFlag(model, flag);
    return { ...spec, conditions: [readCondition(model, text, `--${flag}`)] };
  }
  return { ...spec, guidance: spec.guidance.filter(({ name }) => name !== 'cfg') };
}
