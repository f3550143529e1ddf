/** The part of gifenc 1.0 that is used here; the package has no types. */
declare module 'gifenc' {
  type Palette = readonly (readonly number[])[];

  interface Encoder {
    writeFrame(
      indices: Uint8Array,
      width: number,
      height: number,
      options: { palette?: Palette; delay: number; repeat: number },
    ): void;
    finish(): void;
    bytes(): Uint8Array;
  }

  interface Gifenc {
    GIFEncoder(): Encoder;
    /** At most `maxColors` colours for the pixels. */
    quantize(rgba: Uint8Array, maxColors: number): Palette;
    /** For each pixel the index of the nearest colour. */
    applyPalette(rgba: Uint8Array, palette: Palette): Uint8Array;
  }

  /** Bundlers take gifenc's ES module, Node its CommonJS one, whose names all lie under `default`. */
  const names: { readonly default: Gifenc } | Gifenc;
  export = names;
}
