import { crc32 } from '@ungrain/core';

/** How a zip file for tests is written. */
export interface ZipOptions {
  /** Sizes and checksums behind the data, as PyTorch writes them; their sizes have 32 or 64 bits. */
  readonly descriptors?: 32 | 64;
  /** Sizes and positions in zip64 fields only. */
  readonly zip64?: boolean;
  readonly comment?: string;
}

const little = (size: 2 | 4 | 8, value: number): readonly number[] =>
  Array.from({ length: size }, (_, i) => Math.floor(value / 2 ** (8 * i)) % 256);

/** A zip file of stored entries, written by the book and not by the reader's code. */
export function storedZip(
  entries: ReadonlyMap<string, Uint8Array>,
  { descriptors, zip64 = false, comment = '' }: ZipOptions = {},
): Uint8Array {
  const file: number[] = [];
  const directory: number[] = [];
  const flags = descriptors ? 0x0808 : 0x0800;
  for (const [name, data] of entries) {
    const offset = file.length;
    const nameBytes = new TextEncoder().encode(name);
    const crc = crc32(data);
    const numbers = (values: readonly number[]): readonly number[] =>
      values.flatMap((value) => little(4, zip64 ? 0xffffffff : value));
    const extra = (values: readonly number[]): readonly number[] =>
      zip64 ? [...little(2, 1), ...little(2, 8 * values.length), ...values.flatMap((value) => little(8, value))] : [];
    const sizes = [data.length, data.length];
    const localSizes = descriptors ? new Array<number>(12).fill(0) : [...little(4, crc), ...numbers(sizes)];
    const localExtra = descriptors ? [] : extra(sizes);
    const common = [...little(2, flags), ...little(2, 0), ...little(4, 0)];
    const lengths = (extraLength: number): readonly number[] => [
      ...little(2, nameBytes.length),
      ...little(2, extraLength),
    ];
    file.push(...little(4, 0x04034b50), 20, 0, ...common, ...localSizes, ...lengths(localExtra.length));
    file.push(...nameBytes, ...localExtra);
    for (const byte of data) file.push(byte);
    if (descriptors) {
      const width = descriptors === 64 ? 8 : 4;
      file.push(...little(4, 0x08074b50), ...little(4, crc), ...sizes.flatMap((size) => little(width, size)));
    }
    const centralExtra = extra([...sizes, offset]);
    directory.push(...little(4, 0x02014b50), 20, 3, 20, 0, ...common, ...little(4, crc), ...numbers(sizes));
    directory.push(...lengths(centralExtra.length), ...new Array<number>(10).fill(0), ...numbers([offset]));
    directory.push(...nameBytes, ...centralExtra);
  }
  const begin = file.length;
  file.push(...directory);
  if (zip64) {
    const at = file.length;
    const counts = [entries.size, entries.size, directory.length, begin];
    file.push(...little(4, 0x06064b50), ...little(8, 44), 30, 3, 45, 0, ...new Array<number>(8).fill(0));
    file.push(...counts.flatMap((count) => little(8, count)));
    file.push(...little(4, 0x07064b50), ...little(4, 0), ...little(8, at), ...little(4, 1));
  }
  const count = little(2, zip64 ? 0xffff : entries.size);
  const [size, position] = [directory.length, begin].map((value) => little(4, zip64 ? 0xffffffff : value));
  file.push(...little(4, 0x06054b50), 0, 0, 0, 0, ...count, ...count, ...size!, ...position!);
  file.push(...little(2, comment.length), ...new TextEncoder().encode(comment));
  return Uint8Array.from(file);
}
