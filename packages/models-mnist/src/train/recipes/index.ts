import { suggestion, UngrainError } from '@ungrain/core';
import { denoiser } from './denoiser.js';
import { digitsClass } from './digits-class.js';
import { digitsClassConstant } from './digits-class-constant.js';
import { digitsTime } from './digits-time.js';
import { judge } from './judge.js';
import { pureNoise } from './pure-noise.js';
import type { Recipe } from './recipe.js';

export { trainingText } from './training-text.js';
export type { CommonSettings, Recipe } from './recipe.js';

/** Every recipe, in the order of the seed, and last the judge. */
export const recipes = [denoiser, pureNoise, digitsTime, digitsClass, digitsClassConstant, judge] as readonly Recipe[];

/** @throws UngrainError `unknown-recipe`, with the nearest name */
export function recipeNamed(name: string): Recipe {
  const found = recipes.find((recipe) => recipe.name === name);
  if (found) return found;
  const names = recipes.map((recipe) => recipe.name);
  throw new UngrainError('unknown-recipe', `There is no recipe '${name}'${suggestion(name, names)}`);
}
