import { UngrainError } from '@ungrain/core';

/** More classes than any model has, few enough to be listed. */
const MOST_CLASSES = 4096;

/**
 * Classes as flags list them: `7`, `3,7`, `0..9`, `0..4,7`. In this order, repetitions included.
 * @throws UngrainError `bad-flag`
 */
export function parseClassList(text: string): readonly number[] {
  const classes: number[] = [];
  for (const piece of text.split(',')) {
    const [, first, last = first] = /^\s*(\d+)(?:\.\.(\d+))?\s*$/.exec(piece) ?? [];
    if (first === undefined) throw badList(text, `'${piece}' is neither a class nor a range`);
    const [from, to] = [Number(first), Number(last)];
    if (to < from) throw badList(text, `the range '${piece}' runs backwards`);
    if (classes.length + to - from + 1 > MOST_CLASSES) throw badList(text, `it has more than ${MOST_CLASSES} classes`);
    for (let digit = from; digit <= to; digit++) classes.push(digit);
  }
  return classes;
}

const badList = (text: string, reason: string): UngrainError =>
  new UngrainError('bad-flag', `--class '${text}' is no list of classes: ${reason}; write 7, 3,7 or 0..9.`);
