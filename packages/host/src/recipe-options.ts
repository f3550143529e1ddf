import { describeOptions, parseOptions } from '@ungrain/core';
import type { CommonSettings, Drawing, Recipe } from '@ungrain/models-mnist/train';

type Values = Readonly<Record<string, unknown>>;

/** A recipe's options, checked, with their defaults. */
export interface RecipeOptions {
  /** What decides the result. */
  readonly settings: CommonSettings;
  /** How the figures are drawn. */
  readonly drawing: Drawing;
}

/** The names of the options that say how figures are drawn. */
export const drawingNames = ({ figures }: Recipe): readonly string[] =>
  figures ? describeOptions(figures.drawing).map(({ name }) => name) : [];

/**
 * Tells the options that train from those that draw, and checks both.
 * @throws UngrainError `bad-option`
 */
export function resolveRecipe(recipe: Recipe, values: Values): RecipeOptions {
  const names = drawingNames(recipe);
  const pick = (drawn: boolean): Values =>
    Object.fromEntries(Object.entries(values).filter(([name]) => names.includes(name) === drawn));
  const where = `recipe '${recipe.name}'`;
  return {
    settings: parseOptions(recipe.settings, pick(false), where),
    drawing: recipe.figures ? parseOptions(recipe.figures.drawing, pick(true), where) : { showEpochs: [], drawSeed: 0 },
  };
}
