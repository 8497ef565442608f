import * as v from 'valibot';
import type { Contract, Handlers, Message } from '../../shared/protocol/contract.js';
import { FrameError, type Frame } from '../../shared/protocol/frame.js';

type AnyHandler<Caller> = (message: Message<unknown>, caller: Caller) => Promise<Message<unknown>>;

export function hasMethod(contract: Contract, name: string): boolean {
  return Object.hasOwn(contract.methods, name);
}

/**
 * What every transport does with a call whose caller it has made sure of: the input is parsed, then handed on. Rejects with
 * FrameError for a method or an input that the contract does not know, and with whatever the handler rejects.
 */
export async function handleCall<C extends Contract, Caller>(
  contract: C,
  handlers: Handlers<C, Caller>,
  name: string,
  frame: Frame,
  caller: Caller,
): Promise<Message<unknown>> {
  if (!hasMethod(contract, name)) throw new FrameError();
  const input = v.safeParse(contract.methods[name]?.input ?? v.never(), frame.json);
  if (!input.success) throw new FrameError({ cause: new v.ValiError(input.issues) });
  // The contract gives each method its handler's types; by name they cannot be followed any further.
  const handler = handlers[name] as unknown as AnyHandler<Caller>;
  return await handler({ value: input.output, bytes: frame.bytes }, caller);
}
