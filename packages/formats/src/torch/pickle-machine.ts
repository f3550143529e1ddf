import type { Refuse } from '../refusal.js';
import { decodeUtf8 } from '../utf8.js';

/** A class or function that a pickle names. What is not in the reader's table does not exist. */
export interface Global {
  readonly name: string;
  /** What calling it gives; left out where it cannot be called. */
  readonly call?: (parameters: readonly unknown[]) => unknown;
}

/** What a pickle may refer to outside itself. Nothing is looked up anywhere else, and nothing is executed. */
export interface PickleContext {
  /** By `module name`. */
  readonly globals: ReadonlyMap<string, Global>;
  /** What a persistent id stands for. */
  persistent(id: unknown): unknown;
  readonly refuse: Refuse;
}

/** Python's OrderedDict. Unlike a plain dict it may be given attributes by BUILD, of which `_metadata` is skipped. */
export class OrderedDict extends Map<unknown, unknown> {}

/** A floating-point number. Integers are plain numbers: sizes and offsets must not be written as floats. */
export class PickleFloat {
  constructor(readonly value: number) {}
}

/** As much as PyTorch's pickler puts on the stack at once, with room: it writes dicts in batches of 1,000 items. */
const DEEPEST_STACK = 65_536;
/** Lists, tuples and dicts in all, which take a byte each in the file and far more in memory. */
const MOST_CONTAINERS = 1_000_000;
/** The longest line of a GLOBAL. */
const LONGEST_LINE = 100;

/** The state of a pickle being run. Everything that it reads is checked against the bytes that are there. */
export class PickleMachine {
  private at = 2;
  private readonly stack: unknown[] = [];
  /** How high the stack was at each MARK that is still open. */
  private readonly marks: number[] = [];
  private readonly memo = new Map<number, unknown>();
  private containers = 0;
  private readonly view: DataView;
  readonly refuse: Refuse;

  constructor(
    private readonly bytes: Uint8Array,
    readonly context: PickleContext,
  ) {
    this.refuse = context.refuse;
    this.view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  }

  byte = (): number => this.view.getUint8(this.take(1));
  uint16 = (): number => this.view.getUint16(this.take(2), true);
  int32 = (): number => this.view.getInt32(this.take(4), true);
  uint32 = (): number => this.view.getUint32(this.take(4), true);
  /** Big-endian, other than all the rest. */
  float64 = (): number => this.view.getFloat64(this.take(8));

  text(length: number): string {
    const begin = this.take(length);
    return decodeUtf8(this.bytes.subarray(begin, begin + length)) ?? this.refuse('a text of its pickle is not UTF-8');
  }

  /** A little-endian integer in two's complement; a bigint where a number would be rounded. */
  integer(length: number): number | bigint {
    const begin = this.take(length);
    let value = 0n;
    for (let i = length - 1; i >= 0; i--) value = (value << 8n) | BigInt(this.bytes[begin + i]!);
    const signed = BigInt.asIntN(8 * length, value);
    return Number.isSafeInteger(Number(signed)) ? Number(signed) : signed;
  }

  /** Text up to the end of the line. */
  line(): string {
    const end = this.bytes.subarray(this.at, this.at + LONGEST_LINE).indexOf(0x0a);
    if (end < 0) this.refuse('a name in its pickle is too long or cut off');
    const line = this.text(end);
    this.take(1);
    return line;
  }

  push(value: unknown): void {
    if (this.stack.length >= DEEPEST_STACK) this.refuse('its pickle piles up more than weights need');
    this.stack.push(value);
  }

  /** Pushes a list, tuple or dict. */
  pushContainer(container: object): void {
    if (++this.containers > MOST_CONTAINERS) this.refuse(`its pickle holds more than ${MOST_CONTAINERS} objects`);
    this.push(container);
  }

  mark(): void {
    if (this.marks.length >= DEEPEST_STACK) this.refuse('its pickle piles up more than weights need');
    this.marks.push(this.stack.length);
  }

  /** The topmost value, which stays. */
  top(): unknown {
    if (this.stack.length <= (this.marks.at(-1) ?? 0)) this.refuse('its pickle takes a value that is not there');
    return this.stack.at(-1);
  }

  pop(): unknown {
    this.top();
    return this.stack.pop();
  }

  /** The values above the last mark. */
  popMark(): readonly unknown[] {
    const height = this.marks.pop() ?? this.refuse('its pickle ends a group that was not begun');
    return this.stack.splice(height);
  }

  remember(index: number): void {
    this.memo.set(index, this.top());
  }

  recall(index: number): void {
    if (!this.memo.has(index)) this.refuse('its pickle recalls a value that it did not remember');
    this.push(this.memo.get(index));
  }

  /** What is left when the pickle stops. */
  result(): unknown {
    const value = this.pop();
    if (this.stack.length > 0 || this.marks.length > 0) this.refuse('its pickle stops with values left over');
    if (this.at < this.bytes.length) this.refuse('bytes follow the end of its pickle');
    return value;
  }

  private take(length: number): number {
    const begin = this.at;
    if (length > this.bytes.length - begin) this.refuse('its pickle is cut off');
    this.at = begin + length;
    return begin;
  }
}
