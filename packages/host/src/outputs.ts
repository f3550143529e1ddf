import { mkdtemp, rename, rm, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { inFolder, writeFileAtomic } from '@ungrain/formats/files';
import { DRAWING_FORMATS, separateImages, type Drawing, type DrawingFormat } from './drawing.js';
import { withFile } from './file-errors.js';
import { checkOutputFile, checkOutputFolder } from './output-files.js';

/** Where a drawing is to be written. */
export interface OutputRequest {
  /** A file; its extension says what it is: png (a grid), gif (from noise to image) or safetensors. */
  readonly out?: string | undefined;
  /** A folder that gets every sample as a PNG of its own. */
  readonly each?: string | undefined;
}

export interface Outputs {
  /** Does an output show how the samples came about? */
  readonly animated: boolean;
  /** Writes everything and tells the paths of the files. After an error no half-written file is left. @throws UngrainError `file-not-written` */
  write(drawing: Drawing): Promise<readonly string[]>;
}

const FORMATS = Object.keys(DRAWING_FORMATS) as DrawingFormat[];

/**
 * Checks that outputs can be written, before hours are spent on what they are to hold.
 * @throws UngrainError `output-is-folder`, `unknown-extension`, `not-a-folder`, `file-not-written`
 */
export async function planOutputs({ out, each }: OutputRequest): Promise<Outputs> {
  const format = out === undefined ? null : await checkOutputFile(out, FORMATS);
  if (each !== undefined) await checkOutputFolder(each);
  return {
    animated: format === 'gif',
    async write(drawing) {
      const written: string[] = [];
      if (out !== undefined && format) {
        await writeWhole(out, DRAWING_FORMATS[format](drawing));
        written.push(out);
      }
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
