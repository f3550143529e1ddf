const UNITS = ['bytes', 'kB', 'MB', 'GB', 'TB'];

/** `532 bytes`, `1.4 GB`: in powers of 1000, as disks and downloads are counted. */
export function byteText(bytes: number): string {
  const power = Math.min(UNITS.length - 1, bytes < 1 ? 0 : Math.floor(Math.log10(bytes) / 3));
  return `${power === 0 ? bytes : (bytes / 1000 ** power).toFixed(1)} ${UNITS[power]}`;
}
