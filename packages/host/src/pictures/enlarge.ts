import type { RunSpec, Shape, Tensor } from '@ungrain/core';
import { resize } from '@ungrain/samplers';
import { sampleToEnd } from '../sample.js';
import { addGuidance, type PictureRun } from './picture-run.js';

/** Images as a sheet shows them, and the run that made them so large, if there is one. */
export interface Enlarged {
  readonly images: Tensor;
  readonly then: readonly RunSpec[];
}

/** [channels, height, width] of what `enlarge` gives. */
export const enlargedShape = ({ upscaler, model, spec }: PictureRun): Shape =>
  upscaler?.model.sampleShape ?? spec.shape ?? model.sampleShape;

/**
 * Images of a run through the upscaler, if there is one: for the run's own conditions and noise.
 * @param guidance what the larger images must mean too, as the views of an anagram
 */
export async function enlarge(
  run: PictureRun,
  images: Tensor,
  drawn: RunSpec,
  guidance: RunSpec['guidance'] = [],
): Promise<Enlarged> {
  const { upscaler, assets, signal, onStep } = run;
  if (!upscaler) return { images, then: [] };
  const { conditions, seed, noise, guidance: asked } = drawn;
  const guided = asked.some(({ name }) => name === 'cfg');
  const spec: RunSpec = {
    ...upscaler.spec,
    count: images.shape[0]!,
    conditions: conditions.slice(0, 1),
    seed,
    noise,
    guidance: addGuidance(
      upscaler,
      upscaler.spec.guidance.filter(({ name }) => guided || name !== 'cfg'),
      guidance,
    ),
  };
  const { model, registry } = upscaler;
  return { images: await sampleToEnd(spec, { model, registry, assets, signal, onStep, image: images }), then: [spec] };
}

/** Images in the size of what `enlarge` gives, to be shown beside it. */
export function sized(run: PictureRun, images: Tensor): Tensor {
  const [, height = 1, width = 1] = enlargedShape(run);
  return images.shape[2] === height && images.shape[3] === width ? images : resize(images, [height, width], true);
}
