import { concatRows, type RunSpec, type Tensor } from '@ungrain/core';
import { sampleToEnd } from '../sample.js';
import { repeatChannel } from './fit-picture.js';
import { enlarge, sized } from './enlarge.js';
import { addGuidance, addPicture, inRange, type PictureRun, type PictureSheet } from './picture-run.js';

/** SDEdit (section 1.7): a picture edited from each of some steps of the run on, late ones leaving most of it. */
export async function editSheet(run: PictureRun, picture: Tensor, starts: readonly number[]): Promise<PictureSheet> {
  const image = addPicture(picture, run.assets);
  const edited: Tensor[] = [];
  for (const start of starts) {
    const guidance = addGuidance(run, run.spec.guidance, [{ name: 'sdedit', options: { image, start } }]);
    edited.push(await sampleToEnd({ ...run.spec, guidance }, run));
  }
  const { images } = await enlarge(run, concatRows(edited), run.spec);
  return {
    sheet: {
      title: 'SDEdit',
      caption:
        `From the image with noise added, from step i of ${run.spec.steps} on: the earlier, the more is new. ` +
        `Sampler ${run.spec.sampler.name}, seed ${run.spec.seed}.`,
      columns: [...starts.map((start) => `i = ${start}`), 'original'],
      rows: [{ label: classLabel(run.spec), images: concatRows([images, sized(run, inRange(picture, run.model))]) }],
    },
    notes: [],
    measures: {},
  };
}

const classLabel = ({ conditions }: RunSpec): string =>
  conditions[0] === undefined || conditions[0] === null ? '' : `to ${JSON.stringify(conditions[0])}`;

export interface InpaintOptions {
  /** 1 where the image is to be new, [1, 1, height, width]. */
  readonly mask: Tensor;
  /** How often the same steps are gone over, ten at a time: see guidance 'repaint'. */
  readonly resamples: number;
  /** Both in the size that an upscaler makes, which then keeps what stays, too. */
  readonly large?: { readonly picture: Tensor; readonly mask: Tensor } | undefined;
}

/** Inpainting (section 1.7.2): as many new insides of the mask as the spec counts. */
export async function inpaintSheet(
  run: PictureRun,
  picture: Tensor,
  { mask, resamples, large }: InpaintOptions,
): Promise<PictureSheet> {
  const { assets, model } = run;
  const keeping = (kept: { readonly picture: Tensor; readonly mask: Tensor }) => ({
    name: 'inpaint',
    options: { image: addPicture(kept.picture, assets), mask: addPicture(kept.mask, assets) },
  });
  const spec: RunSpec = {
    ...run.spec,
    guidance: addGuidance(run, run.spec.guidance, [
      ...(resamples > 1 ? [{ name: 'repaint', options: { resamples } }] : []),
      keeping({ picture, mask }),
    ]),
  };
  const drawn = await sampleToEnd(spec, run);
  const { images: samples, then } = await enlarge(run, drawn, spec, large ? [keeping(large)] : []);
  const shown = large ?? { picture, mask };
  const original = inRange(shown.picture, model);
  const shownMask = repeatChannel(inRange(shown.mask, model), picture.shape[1]!);
  const { data: inMask } = shown.mask;
  const kept = {
    data: original.data.map((v, i) => (inMask[i % inMask.length]! > 0 ? middle(model.range) : v)),
    shape: original.shape,
  };
  return {
    sheet: {
      title: 'Inpainting',
      caption:
        `White of the mask is new, the rest stays. Sampler ${spec.sampler.name}, ${spec.steps} steps` +
        `${resamples > 1 ? `, every ten gone over ${resamples} times` : ''}, seed ${spec.seed}.`,
      columns: ['original', 'mask', 'what stays', ...newColumns(spec.count)],
      rows: [
        {
          label: classLabel(spec),
          images: concatRows([...[original, shownMask, kept].map((image) => sized(run, image)), samples]),
        },
      ],
    },
    notes: [],
    measures: {},
    drawn: { spec, then, samples },
  };
}

const newColumns = (count: number): readonly string[] =>
  count === 1 ? ['inpainted'] : Array.from({ length: count }, (_, i) => `inpainted ${i + 1}`);

const middle = ([black, white]: readonly [number, number]): number => (black + white) / 2;
