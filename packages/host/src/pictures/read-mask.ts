import { map, UngrainError, type Shape, type Tensor } from '@ungrain/core';
import { fitPicture } from './fit-picture.js';
import { readPicture } from './read-picture.js';

const RECTANGLE = /^\s*(\d+)\s*,\s*(\d+)\s*,\s*(\d+)\s*,\s*(\d+)\s*$/;

/**
 * A mask for a picture, fitted with it: 1 where the image is to be new.
 *
 * @param text a rectangle `x,y,width,height` in the picture's pixels, or a PNG of the picture's size: new is what is
 * transparent, or white if nothing is
 * @param picture the picture as it was read, [1, channels, height, width]
 * @param shape of the samples, [channels, height, width]
 * @throws UngrainError `bad-mask`, and as `readPicture` does
 */
export async function readMask(text: string, picture: Tensor, shape: Shape): Promise<Tensor> {
  const [, , height = 0, width = 0] = picture.shape;
  const mask = RECTANGLE.test(text) ? rectangle(text, height, width) : await fileMask(text);
  const [, , maskHeight, maskWidth] = mask.shape;
  if (maskHeight !== height || maskWidth !== width)
    throw new UngrainError(
      'bad-mask',
      `The mask ${text} has ${maskWidth} × ${maskHeight} pixels, and the image ${width} × ${height}; they must have the same.`,
    );
  const [, ...sides] = shape;
  const fitted = map(fitPicture(mask, [1, ...sides]).picture, (value) => (value >= 0.5 ? 1 : 0));
  if (fitted.data.every((value) => value === fitted.data[0]))
    throw new UngrainError(
      'bad-mask',
      `The mask ${text} covers ${fitted.data[0] === 1 ? 'everything' : 'nothing'}; mark the part that is to be new.`,
    );
  return fitted;
}

async function fileMask(path: string): Promise<Tensor> {
  const { image, alpha } = await readPicture(path);
  return alpha ? map(alpha, (value) => 1 - value) : image;
}

function rectangle(text: string, height: number, width: number): Tensor {
  const [x = 0, y = 0, w = 0, h = 0] = text.split(',').map(Number);
  if (w === 0 || h === 0 || x + w > width || y + h > height)
    throw new UngrainError(
      'bad-mask',
      `The rectangle ${text} does not lie in the image, which has ${width} × ${height} pixels; write x,y,width,height.`,
    );
  const data = new Float32Array(height * width);
  for (let row = y; row < y + h; row++) data.fill(1, row * width + x, row * width + x + w);
  return { data, shape: [1, 1, height, width] };
}
