const bits = new DataView(new ArrayBuffer(8));

/**
 * a·b + c with one rounding, as processors' FMA instructions compute it. PyTorch's kernels are compiled to them, so
 * numbers bit-equal to its own need them too.
 *
 * Range: exact unless a·b overflows, or its error term underflows (|a·b| below 2⁻⁹⁶⁹).
 *
 * Source: S. Boldo, G. Melquiond, "Emulation of FMA and correctly rounded sums: proved algorithms using rounding to odd"
 * (IEEE Transactions on Computers 57(4), 2008), figure 4.
 */
export function fusedMultiplyAdd(a: number, b: number, c: number): number {
  const product = a * b;
  const productRest = productError(a, b, product);
  const low = c + productRest;
  const lowRest = sumError(c, productRest, low);
  const high = product + low;
  const highRest = sumError(product, low, high);
  return high + addToOdd(lowRest, highRest);
}

/** a·b − fl(a·b), exactly (Dekker, Veltkamp): the halves of 26 bits have exact products. */
function productError(a: number, b: number, product: number): number {
  const aHigh = upperHalf(a);
  const aLow = a - aHigh;
  const bHigh = upperHalf(b);
  const bLow = b - bHigh;
  return aLow * bLow - (product - aHigh * bHigh - aLow * bHigh - aHigh * bLow);
}

function upperHalf(x: number): number {
  const shifted = x * 134217729; // 2²⁷ + 1
  return shifted - (shifted - x);
}

/** a + b − fl(a + b), exactly (Knuth). */
function sumError(a: number, b: number, sum: number): number {
  const bPart = sum - a;
  return a - (sum - bPart) + (b - bPart);
}

/** a + b; if that is not exact, the neighbour whose last bit is 1: so a later rounding cannot take a false tie. */
function addToOdd(a: number, b: number): number {
  const sum = a + b;
  const rest = sumError(a, b, sum);
  if (rest === 0) return sum;
  bits.setFloat64(0, sum);
  const pattern = bits.getBigUint64(0);
  if ((pattern & 1n) === 1n) return sum;
  bits.setBigUint64(0, rest > 0 === sum > 0 ? pattern + 1n : pattern - 1n);
  return bits.getFloat64(0);
}
