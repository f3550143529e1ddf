import { parseOptions, type Model, type RunSpec } from '@ungrain/core';
import { Option } from 'commander';

export const classFlag = (help: string): Option => new Option('--class <class>', help).argParser(valueOf);

/** A number where it looks like one, else a text: a class or a prompt. The model's schema checks it. */
export const valueOf = (text: string): unknown => (/^-?\d+$/.test(text.trim()) ? Number(text) : text);

/** All samples for one condition, the model's own guidance with it; whatever comes, and no guidance, without one. */
export function withClass(spec: RunSpec, model: Model, value: unknown): RunSpec {
  if (value === undefined) return { ...spec, guidance: spec.guidance.filter(({ name }) => name !== 'cfg') };
  return { ...spec, conditions: [parseOptions(model.condition, value, '--class')] };
}
