import * as v from 'valibot';

// What a command asks for, as data: it crosses the network (a technician's form is made from it), and the schema that both
// sides check values with is made from it, so that form, check and description cannot differ.

const label = v.pipe(v.string(), v.trim(), v.minLength(1), v.maxLength(100));
const hint = v.optional(v.pipe(v.string(), v.maxLength(300)));
const value = v.pipe(v.string(), v.maxLength(100));
const finite = v.pipe(v.number(), v.finite());

export const MAX_PARAMETERS = 20;
const MAX_CHOICES = 100;
const MAX_TEXT_PARAMETER_LENGTH = 1000;
/** The last instant that a Date can hold (ECMA-262, section 21.4.1.1), Unix ms. */
const LAST_INSTANT_MS = 8.64e15;

const options = v.pipe(
  v.array(v.object({ value, label })),
  v.minLength(1),
  v.maxLength(MAX_CHOICES),
  v.check((all) => new Set(all.map((option) => option.value)).size === all.length, 'No two choices have one value.'),
);

export const parameterSchema = v.variant('type', [
  v.object({
    type: v.literal('number'),
    label,
    hint,
    /** Behind the value, such as `minutes`. */
    unit: v.optional(v.pipe(v.string(), v.maxLength(20))),
    min: finite,
    max: finite,
    isInteger: v.optional(v.boolean()),
    default: finite,
  }),
  v.object({
    type: v.literal('text'),
    label,
    hint,
    maxLength: v.pipe(v.number(), v.integer(), v.minValue(1), v.maxValue(MAX_TEXT_PARAMETER_LENGTH)),
    default: v.pipe(v.string(), v.maxLength(MAX_TEXT_PARAMETER_LENGTH)),
  }),
  v.object({ type: v.literal('choice'), label, hint, options, default: value }),
  v.object({
    type: v.literal('choices'),
    label,
    hint,
    options,
    /** At least so many of them. */
    min: v.optional(v.pipe(v.number(), v.integer(), v.minValue(0), v.maxValue(MAX_CHOICES))),
    default: v.pipe(v.array(value), v.maxLength(MAX_CHOICES)),
  }),
  v.object({ type: v.literal('switch'), label, hint, default: v.boolean() }),
  /** A moment, Unix ms; may be left open. */
  v.object({ type: v.literal('instant'), label, hint }),
]);
export type Parameter = v.InferOutput<typeof parameterSchema>;

/** By name, in the order of the form. */
export const parametersSchema = v.pipe(
  v.record(v.pipe(v.string(), v.regex(/^[a-z][a-zA-Z0-9]{0,31}$/)), parameterSchema),
  v.check((all) => Object.keys(all).length <= MAX_PARAMETERS, `At most ${MAX_PARAMETERS} parameters.`),
  v.check(
    (all) => Object.values(all).every((parameter) => isOwnDefault(parameter)),
    'A default must be one of the values that its parameter takes.',
  ),
);
export type Parameters = v.InferOutput<typeof parametersSchema>;

/** One value, as JSON has it. An open moment is absent. */
export type ParameterValue = string | number | boolean | readonly string[];
export type ParameterValues = Readonly<Record<string, ParameterValue>>;

type ValueOf<P extends Parameter> = P extends { readonly type: 'number' }
  ? number
  : P extends { readonly type: 'switch' }
    ? boolean
    : P extends { readonly type: 'choices' }
      ? readonly string[]
      : P extends { readonly type: 'instant' }
        ? number | undefined
        : string;
export type ValuesOf<P extends Parameters> = { readonly [K in keyof P]: ValueOf<P[K]> };

/** The schema of one value, without its default. */
function valueSchema(parameter: Parameter): v.GenericSchema<unknown, ParameterValue> {
  switch (parameter.type) {
    case 'number': {
      const { min, max, isInteger = false } = parameter;
      return v.pipe(
        finite,
        v.minValue(min),
        v.maxValue(max),
        v.check((number) => !isInteger || Number.isInteger(number)),
      );
    }
    case 'text':
      return v.pipe(v.string(), v.maxLength(parameter.maxLength));
    case 'choice':
      return v.picklist(parameter.options.map((option) => option.value));
    case 'choices':
      return v.pipe(
        v.array(v.picklist(parameter.options.map((option) => option.value))),
        v.minLength(parameter.min ?? 0),
        v.maxLength(parameter.options.length),
        v.check((chosen) => new Set(chosen).size === chosen.length),
      );
    case 'switch':
      return v.boolean();
    case 'instant':
      return v.pipe(finite, v.minValue(0), v.maxValue(LAST_INSTANT_MS));
  }
}

function isOwnDefault(parameter: Parameter): boolean {
  return parameter.type === 'instant' || v.is(valueSchema(parameter), parameter.default);
}

/** Why a value cannot be used, for whoever fills a form; undefined where it can. */
export function valueProblem(parameter: Parameter, given: ParameterValue | undefined): string | undefined {
  if (given === undefined || v.is(valueSchema(parameter), given)) return undefined;
  switch (parameter.type) {
    case 'number': {
      const kind = parameter.isInteger === true ? 'a whole number' : 'a number';
      return `${parameter.label} takes ${kind} from ${parameter.min} to ${parameter.max}.`;
    }
    case 'text':
      return `${parameter.label} takes at most ${parameter.maxLength} characters.`;
    case 'choices':
      return `${parameter.label} takes at least ${parameter.min ?? 0} of its choices.`;
    case 'choice':
    case 'switch':
      return `${parameter.label} takes one of its choices.`;
    case 'instant':
      return `${parameter.label} takes a date and a time.`;
  }
}

/**
 * Checks what a stranger sent as the values of these parameters. What is left out gets its default; anything else that does
 * not fit, a name that is not there included, makes it undefined.
 */
export function parseValues(parameters: Parameters, given: unknown): ParameterValues | undefined {
  const entries = Object.fromEntries(
    Object.entries(parameters).map(([name, parameter]) => {
      const schema = valueSchema(parameter);
      return [name, parameter.type === 'instant' ? v.optional(schema) : v.optional(schema, parameter.default)];
    }),
  );
  const parsed = v.safeParse(v.strictObject(entries), given);
  if (!parsed.success) return undefined;
  // An open moment is absent, not undefined: values are compared and signed as JSON.
  return Object.fromEntries(
    Object.entries(parsed.output).flatMap(([name, one]) => (one === undefined ? [] : [[name, one] as const])),
  );
}

export function defaultValues(parameters: Parameters): ParameterValues {
  return parseValues(parameters, {}) ?? {};
}
