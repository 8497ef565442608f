import { serializeValue, type Describe } from './serialize.js';

/** A message for a list of lines; what is longer is in the arguments. */
const MAX_MESSAGE_LENGTH = 4000;
const MAX_ARGUMENTS = 50;
/** An object inside the message, as the console shows it closed. */
const PREVIEW = { depth: 2, keys: 8, stringLength: 100, total: 300 };

export interface LogText {
  readonly message: string;
  /** Present when an argument is more than the message shows. */
  readonly args?: unknown[];
}

function preview(value: unknown, describe: Describe | undefined): string {
  if (typeof value === 'string') return value;
  const plain = serializeValue(value, describe, PREVIEW);
  return typeof plain === 'string' ? plain : JSON.stringify(plain);
}

/** An error in a message is its headline; its stack is among the arguments. */
function headline(value: unknown, describe: Describe | undefined): string {
  if (!(value instanceof Error)) return preview(value, describe);
  const plain = serializeValue(value, describe, { ...PREVIEW, stringLength: 1000, total: 2000 });
  if (typeof plain !== 'object' || plain === null) return preview(plain, describe);
  const { name, message } = plain as { readonly name?: string; readonly message?: string };
  return message === undefined || message === '' ? (name ?? 'Error') : `${name ?? 'Error'}: ${message}`;
}

function toNumber(value: unknown, isInteger: boolean): string {
  if (typeof value === 'bigint') return `${value}n`;
  if (typeof value !== 'number' && typeof value !== 'string') return 'NaN';
  return String(isInteger ? Number.parseInt(String(value), 10) : Number.parseFloat(String(value)));
}

/** The console's format specifiers (%s %d %i %f %o %O %c %%); what they do not use follows, separated by spaces. */
function formatMessage(args: readonly unknown[], describe: Describe | undefined): string {
  const [first, ...rest] = args;
  if (typeof first !== 'string') return args.map((value) => headline(value, describe)).join(' ');
  let used = 0;
  const text = first.slice(0, MAX_MESSAGE_LENGTH + 1).replace(/%([sdifoOc%])/g, (whole, specifier: string) => {
    if (specifier === '%') return '%';
    if (used >= rest.length) return whole;
    const value = rest[used++];
    if (specifier === 'c') return '';
    if (specifier === 'd' || specifier === 'i') return toNumber(value, true);
    if (specifier === 'f') return toNumber(value, false);
    return headline(value, describe);
  });
  return [text, ...rest.slice(used).map((value) => headline(value, describe))].join(' ');
}

/** What a call of a console or a logger says: its text, and its arguments where the text does not show them whole. */
export function formatLog(args: readonly unknown[], describe?: Describe): LogText {
  const whole = formatMessage(args.slice(0, MAX_ARGUMENTS), describe);
  const message = whole.length > MAX_MESSAGE_LENGTH ? `${whole.slice(0, MAX_MESSAGE_LENGTH)}…` : whole;
  const isShown = args.every((value) => (typeof value !== 'object' && typeof value !== 'function') || value === null);
  if (isShown && whole.length <= MAX_MESSAGE_LENGTH && args.length <= MAX_ARGUMENTS) return { message };
  return { message, args: args.slice(0, MAX_ARGUMENTS).map((value) => serializeValue(value, describe)) };
}
