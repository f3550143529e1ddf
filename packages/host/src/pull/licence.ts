import type { Repo } from './repo-files.js';

/** Licences whose terms a person has to know before the weights arrive. */
const KNOWN: readonly { readonly models: RegExp; readonly terms: string }[] = [
  {
    models: /^deepfloyd\/if-/i,
    terms:
      "DeepFloyd's licence: not for commercial use, and the filters of inference that it comes with may not be removed; who shows images to others has to see to them, for Ungrain brings none",
  },
];

/** What a person has to know of a model's licence, in plain words. */
export function licenceNotice(
  { name, gated, licence }: Pick<Repo, 'name' | 'gated' | 'licence'>,
  endpoint: string,
): string {
  const page = `${endpoint}/${name}`;
  const terms = KNOWN.find(({ models }) => models.test(name))?.terms ?? (licence && `the licence '${licence}'`);
  const under = terms ? `${name} is under ${terms}.` : `${name} names no licence.`;
  return gated ? `${under} It is gated: read the licence and accept it at ${page}.` : `${under} Read it at ${page}.`;
}
