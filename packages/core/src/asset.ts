import { z } from 'zod';

const SHA256 = /^[0-9a-f]{64}$/;

/** Is this the name of an image or mask in a run: the SHA-256 of its file, in hexadecimal? */
export const isAssetName = (text: unknown): text is string => typeof text === 'string' && SHA256.test(text);

/**
 * The schema of an option that names an image or a mask. In a run it is the SHA-256 of a PNG file; the guidance gets the
 * picture from `RunContext.asset`. Whoever types a file's path there has it taken in by the front end.
 *
 * ```ts
 * const options = z.strictObject({ mask: assetOption().describe('White where the image is to be new.') });
 * ```
 */
export const assetOption = (): z.ZodString => z.string().regex(SHA256).meta({ asset: true });

/** The schema of an option that names a file of weights. A run notes which they were: its versions have their SHA-256. */
export const weightsOption = (): z.ZodString => z.string().min(1).meta({ weights: true });
