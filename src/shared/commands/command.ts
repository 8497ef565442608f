import * as v from 'valibot';
import { parametersSchema } from './parameters.js';

export const commandNameSchema = v.pipe(v.string(), v.regex(/^[a-z][a-z0-9-]{0,39}$/));

/** A command as a technician sees it before it is proposed: what it is called, what it is for, what it asks for. */
export const commandDescriptionSchema = v.object({
  name: commandNameSchema,
  title: v.pipe(v.string(), v.trim(), v.minLength(1), v.maxLength(100)),
  /** What it does, in general. What exactly it would do is said with its values, by the host that would run it. */
  summary: v.pipe(v.string(), v.trim(), v.minLength(1), v.maxLength(500)),
  parameters: parametersSchema,
});
export type CommandDescription = v.InferOutput<typeof commandDescriptionSchema>;

export const MAX_COMMANDS = 50;
