import fc from 'fast-check';
import * as v from 'valibot';
import { describe, expect, it } from 'vitest';
import { commandDescriptionSchema } from '../../../../src/shared/commands/command.js';
import {
  defaultValues,
  parametersSchema,
  parseValues,
  valueProblem,
  type Parameter,
  type Parameters,
} from '../../../../src/shared/commands/parameters.js';
import { valueWords } from '../../../../src/shared/commands/words.js';
import { runs } from '../../../lab/fuzz.js';

const option = fc.record({
  value: fc.string({ maxLength: 20 }),
  label: fc.string({ minLength: 1, maxLength: 20 }).map((text) => `l${text}`),
});
const options = fc.uniqueArray(option, { selector: ({ value }) => value, minLength: 1, maxLength: 5 });

const parameter: fc.Arbitrary<Parameter> = fc.oneof(
  fc
    .tuple(fc.integer({ min: -1000, max: 1000 }), fc.integer({ min: 0, max: 1000 }), fc.boolean())
    .map(([min, span, isInteger]): Parameter => ({
      type: 'number',
      label: 'n',
      min,
      max: min + span,
      isInteger,
      default: min,
    })),
  fc
    .integer({ min: 1, max: 50 })
    .map((maxLength): Parameter => ({ type: 'text', label: 't', maxLength, default: 'x' })),
  options.map((all): Parameter => ({ type: 'choice', label: 'c', options: all, default: all[0]?.value ?? '' })),
  options.map((all): Parameter => ({
    type: 'choices',
    label: 'm',
    options: all,
    default: all.map(({ value }) => value),
  })),
  fc.boolean().map((on): Parameter => ({ type: 'switch', label: 's', default: on })),
  fc.constant<Parameter>({ type: 'instant', label: 'i' }),
);
const parameters: fc.Arbitrary<Parameters> = fc.dictionary(fc.stringMatching(/^[a-z][a-zA-Z0-9]{0,10}$/), parameter, {
  maxKeys: 6,
  noNullPrototype: true,
});

describe('parameters', () => {
  it('of any kind: their defaults are values that they take, and come back as they are', () => {
    fc.assert(
      fc.property(parameters, (all) => {
        expect(v.is(parametersSchema, all)).toBe(true);
        const values = defaultValues(all);
        expect(parseValues(all, JSON.parse(JSON.stringify(values)))).toEqual(values);
        for (const [name, one] of Object.entries(all)) expect(valueProblem(one, values[name])).toBeUndefined();
      }),
    );
  });

  it('take nothing but what they ask for, whatever is sent', () => {
    fc.assert(
      fc.property(parameters, fc.anything(), (all, given) => {
        const values = parseValues(all, given);
        if (values === undefined) return;
        expect(Object.keys(values).every((name) => Object.hasOwn(all, name))).toBe(true);
        for (const [name, one] of Object.entries(all)) {
          expect(valueProblem(one, values[name])).toBeUndefined();
          expect(typeof valueWords(one, values[name])).toBe('string');
        }
      }),
      { numRuns: runs(500) },
    );
  });

  const all: Parameters = {
    minutes: { type: 'number', label: 'Minutes', min: 1, max: 10, isInteger: true, default: 3 },
    lanes: {
      type: 'choices',
      label: 'Lanes',
      options: [
        { value: 'log', label: 'the log' },
        { value: 'dom', label: 'the window' },
      ],
      min: 1,
      default: ['log'],
    },
    since: { type: 'instant', label: 'Since' },
  };

  it.each([
    ['too large', { minutes: 11 }],
    ['not whole', { minutes: 1.5 }],
    ['no number', { minutes: '3' }],
    ['not finite', { minutes: Number.NaN }],
    ['a choice that is not there', { lanes: ['screen'] }],
    ['a choice twice', { lanes: ['log', 'log'] }],
    ['too few choices', { lanes: [] }],
    ['a name that is not there', { command: 'rm -rf /' }],
    ['a prototype', JSON.parse('{"__proto__":{"minutes":3}}') as unknown],
    ['no object', [1, 2]],
    ['nothing', null],
    ['a moment beyond all dates', { since: 1e300 }],
  ])('refuse a value that is %s', (_, given) => {
    expect(parseValues(all, given)).toBeUndefined();
  });

  it('leave an open moment out, so that what is signed has no undefined in it', () => {
    expect(parseValues(all, {})).toStrictEqual({ minutes: 3, lanes: ['log'] });
    expect(parseValues(all, { since: 5 })).toStrictEqual({ minutes: 3, lanes: ['log'], since: 5 });
  });

  it('whose default is no value of theirs are refused, and so are two choices of one value', () => {
    const one = { value: 'a', label: 'A' };
    expect(v.is(parametersSchema, { n: { type: 'number', label: 'n', min: 1, max: 2, default: 3 } })).toBe(false);
    expect(v.is(parametersSchema, { c: { type: 'choice', label: 'c', options: [one], default: 'b' } })).toBe(false);
    expect(v.is(parametersSchema, { c: { type: 'choice', label: 'c', options: [one, one], default: 'a' } })).toBe(
      false,
    );
  });
});

describe('a description from a stranger', () => {
  it('never throws, whatever it is', () => {
    fc.assert(
      fc.property(fc.anything(), (given) => {
        const parsed = v.safeParse(commandDescriptionSchema, given);
        if (parsed.success) defaultValues(parsed.output.parameters);
      }),
    );
  });
});
