import { describe, expect, test } from '@jest/globals';
import { z } from 'zod';
import { createRegistry } from './registry.js';
import { map, tensor } from './tensor.js';
import { createView, type View } from './view.js';

const add: View<{ by: number }> = {
  name: 'add',
  summary: '',
  options: z.strictObject({ by: z.number().default(1) }),
  create: ({ by }) => ({
    forward: (x) => map(x, (value) => value + by),
    inverse: (x) => map(x, (value) => value - by),
    inverseVariance: (x) => x,
  }),
};
const double: View<object> = {
  name: 'double',
  summary: '',
  options: z.strictObject({}),
  create: () => ({
    forward: (x) => map(x, (value) => 2 * value),
    inverse: (x) => map(x, (value) => value / 2),
    inverseVariance: (x) => map(x, (value) => value / 4),
  }),
};
const { views } = createRegistry([{ name: 'test', apiVersion: 1, views: [add, double] }]);

const at = (text: string) => createView(text, views, [1, 1, 1]);
const three = tensor([3], [1, 1, 1, 1]);

describe('createView', () => {
  test('takes options, and views one after the other', () => {
    expect(at('add').forward(three).data[0]).toBe(4);
    expect(at('add:by=0.5').forward(three).data[0]).toBe(3.5);
    const both = at(' add:by=2 + double ');
    expect(both.forward(three).data[0]).toBe(10);
    expect(both.inverse(both.forward(three))).toEqual(three);
    expect(both.inverseVariance(three).data[0]).toBe(0.75);
  });

  test.each([
    ['', "The view '' has a view without a name; write NAME"],
    ['add+', "The view 'add+' has a view without a name"],
    ['add:2', "has '2' where one KEY=VALUE should be"],
    ['add:by=1:by=2', "has 'by=2' where one KEY=VALUE should be"],
    ['add:by=far', "Option 'by' of view 'add' must be a number, not 'far'."],
    ['ad', "There is no view 'ad', did you mean 'add'?"],
  ])('refuses %j', (text, message) => expect(() => at(text)).toThrow(message));
});
