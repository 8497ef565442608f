import { describe, expect, it } from 'vitest';
import { defineCommand, type Command } from '../../../../../src/main/services/commands/command.js';
import { CommandRegistry } from '../../../../../src/main/services/commands/registry.js';

function aCommand(more: Partial<Command> = {}): Command {
  const command = defineCommand({
    name: 'greet',
    title: 'Greet',
    summary: 'Says a word.',
    parameters: {
      word: { type: 'text', label: 'Word', maxLength: 10, default: 'hello' },
      times: { type: 'number', label: 'Times', min: 1, max: 3, isInteger: true, default: 1 },
    },
    timeLimitMs: 1000,
    effect: ({ word, times }) => [`Says ${word} ${times} times.`],
    run: ({ word }, { write }) => {
      write(word);
      return Promise.resolve({});
    },
  });
  return { ...command, ...more };
}

describe('the registry', () => {
  it('prepares a command that it has, with values that it takes', () => {
    const registry = new CommandRegistry([aCommand()]);
    const { command, values } = registry.prepare('greet', { times: 2 });
    expect(values).toEqual({ word: 'hello', times: 2 });
    expect(command.effect(values)).toEqual(['Says hello 2 times.']);
  });

  it('refuses what it does not have, and values that are not asked for', () => {
    const registry = new CommandRegistry([aCommand()]);
    expect(() => registry.prepare('toString', {})).toThrow(expect.objectContaining({ code: 'command-unknown' }));
    expect(() => registry.prepare('greet', { shell: 'sh' })).toThrow(
      expect.objectContaining({ code: 'parameters-invalid' }),
    );
  });

  it('refuses an app’s mistakes at its start', () => {
    expect(() => new CommandRegistry([aCommand(), aCommand()])).toThrow(
      expect.objectContaining({ code: 'command-twice' }),
    );
    expect(() => new CommandRegistry([aCommand({ name: 'Greet Me' })])).toThrow(
      expect.objectContaining({ code: 'command-invalid' }),
    );
    const wrongDefault = { n: { type: 'number', label: 'n', min: 1, max: 2, default: 5 } } as const;
    expect(() => new CommandRegistry([aCommand({ parameters: wrongDefault })])).toThrow(
      expect.objectContaining({ code: 'command-invalid' }),
    );
  });

  it('describes its commands as data', () => {
    const described = new CommandRegistry([aCommand()]).describe();
    expect(JSON.parse(JSON.stringify(described))).toEqual(described);
    expect(described[0]).toMatchObject({ name: 'greet', title: 'Greet', summary: 'Says a word.' });
  });
});
