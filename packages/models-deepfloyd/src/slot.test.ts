import { expect, test } from '@jest/globals';
import { createSlot } from './slot.js';

/** Networks by name, and the order in which they left. */
function networks() {
  const left: string[] = [];
  const slot = createSlot();
  const all = new Map<string, object>();
  const enter = (name: string, leave: () => Promise<void> = async () => void left.push(name)): Promise<void> => {
    const network = all.get(name) ?? {};
    all.set(name, network);
    return slot.enter(network, leave);
  };
  return { enter, left };
}

test('whichever network comes in makes the one before leave, and may come back', async () => {
  const { enter, left } = networks();
  await enter('encoder');
  await enter('stage I');
  expect(left).toEqual(['encoder']);
  await enter('encoder');
  expect(left).toEqual(['encoder', 'stage I']);
});

test('a network that is inside stays', async () => {
  const { enter, left } = networks();
  await enter('stage I');
  await enter('stage I');
  expect(left).toEqual([]);
});

test('entering waits until the room is free', async () => {
  const { enter, left } = networks();
  const freed: (() => void)[] = [];
  await enter('encoder', () => new Promise<void>((resolve) => freed.push(resolve)));
  const entered = enter('stage I').then(() => left.push('entered'));
  await Promise.resolve();
  expect(left).toEqual([]);
  freed[0]!();
  await entered;
  expect(left).toEqual(['entered']);
});
