import { mkdtemp, rename, rm, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { inFolder, writeFileAtomic } from '@ungrain/formats/files';
import { animation, DRAWING_FORMATS, separateImages, type Drawing, type DrawingFormat } from './drawing.js';
import { withFile } from './file-errors.js';
import type { FrameKind } from './frames.js';
import { checkOutputFile, checkOutputFolder } from './output-files.js';

/** Where a drawing is to be written. */
export interface OutputRequest {
  /** A file; its extension says what it is: png (a grid), gif (from noise to image) or safetensors. */
  readonly out?: string | undefined;
  /** A folder that gets every sample as a PNG of its own. */
  readonly each?: string | undefined;
  /** GIFs of the states x_t, and of the estimates of the clean images. */
  readonly gif?: string | undefined;
  readonly gifX0?: string | undefined;
}

export interface Outputs {
  /** What has to be gathered of the way from noise to image. */
  readonly frames: ReadonlySet<FrameKind>;
  /** Writes everything and tells the paths of the files. After an error no half-written file is left. @throws UngrainError `file-not-written` */
  write(drawing: Drawing): Promise<readonly string[]>;
}

const FORMATS = Object.keys(DRAWING_FORMATS) as DrawingFormat[];

/**
 * Checks that outputs can be written, before hours are spent on what they are to hold.
 * @throws UngrainError `output-is-folder`, `unknown-extension`, `not-a-folder`, `file-not-written`
 */
export async function planOutputs({ out, each, gif, gifX0 }: OutputRequest): Promise<Outputs> {
  const format = out === undefined ? null : await checkOutputFile(out, FORMATS);
  for (const file of [gif, gifX0]) if (file !== undefined) await checkOutputFile(file, ['gif']);
  if (each !== undefined) await checkOutputFolder(each);
  return {
    frames: new Set([
      ...(format === 'gif' || gif !== undefined ? ['x' as const] : []),
      ...(gifX0 !== undefined ? ['x0' as const] : []),
    ]),
    async write(drawing) {
      const written: string[] = [];
      const write = async (path: string, content: Uint8Array): Promise<void> => {
        await writeWhole(path, content);
        written.push(path);
      };
      if (out !== undefined && format) await write(out, DRAWING_FORMATS[format](drawing));
      if (gif !== undefined) await write(gif, animation(drawing, 'x'));
      if (gifX0 !== undefined) await write(gifX0, animation(drawing, 'x0'));
      if (each !== undefined) written.push(...(await writeTogether(each, separateImages(drawing))));
      return written;
    },
  };
}

/** Writes a file, creating its folder. @throws UngrainError `file-not-written` */
export async function writeWhole(path: string, content: Uint8Array): Promise<void> {
  await withFile(path, 'written', () => inFolder(dirname(path), () => writeFileAtomic(path, content)));
}

/** Writes files into a folder, all or none: they are complete before the first takes its name. */
async function writeTogether(folder: string, files: ReadonlyMap<string, Uint8Array>): Promise<readonly string[]> {
  const fill = async (): Promise<readonly string[]> => {
    const staging = await mkdtemp(join(folder, '.ungrain-'));
    try {
      for (const [name, content] of files) await writeFile(join(staging, name), content);
      for (const name of files.keys()) await rename(join(staging, name), join(folder, name));
    } finally {
      await rm(staging, { recursive: true, force: true });
    }
    return [...files.keys()].map((name) => join(folder, name));
  };
  return withFile(folder, 'written', () => inFolder(folder, fill));
}
