/** The bytes before the header: its length, as a little-endian integer of 64 bits. */
export const LENGTH_BYTES = 8;
/** The format's own limit. */
export const LONGEST_HEADER = 100_000_000;
/** Ours: no tensor has more dimensions. */
export const LARGEST_RANK = 64;
/** The member of the header that is no tensor. */
export const METADATA = '__metadata__';
