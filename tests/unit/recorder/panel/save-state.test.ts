import { describe, expect, test, vi } from 'vitest';
import type { FileSink } from '../../../../src/recorder/panel/file-sink.js';
import { SaveState, type RangedFile } from '../../../../src/recorder/panel/state/save-state.svelte.js';

const MB = 1024 * 1024;

function aFile(size: number, perRead = Infinity): RangedFile {
  return {
    open: () => Promise.resolve(size),
    read: (offset, length) => {
      const bytes = new Uint8Array(Math.min(length, perRead, size - offset));
      bytes.forEach((_, i) => (bytes[i] = (offset + i) % 251));
      return Promise.resolve(bytes);
    },
  };
}

class SinkDouble implements FileSink {
  readonly written: number[] = [];
  end: 'finished' | 'aborted' | undefined;
  write = vi.fn((bytes: Uint8Array<ArrayBuffer>) => {
    this.written.push(...bytes);
    return Promise.resolve();
  });
  finish = vi.fn(() => {
    this.end = 'finished';
    return Promise.resolve();
  });
  abort = vi.fn(() => {
    this.end = 'aborted';
    return Promise.resolve();
  });
}

describe('Save to file', () => {
  test('writes every byte in order, however little a read answers', async () => {
    const sink = new SinkDouble();
    const save = new SaveState(() => Promise.resolve(sink));
    await save.save(aFile(1000, 7), 'a.fluxrec');
    expect(save.step).toEqual({ name: 'saved', bytes: 1000 });
    expect(sink.written).toEqual(Array.from({ length: 1000 }, (_, i) => i % 251));
    expect(sink.end).toBe('finished');
  });

  test('reads in bounded ranges', async () => {
    const sink = new SinkDouble();
    sink.write = vi.fn(() => Promise.resolve());
    const file = aFile(9 * MB);
    const read = vi.spyOn(file, 'read');
    await new SaveState(() => Promise.resolve(sink)).save(file, 'a.fluxrec');
    expect(read.mock.calls).toEqual([
      [0, 4 * MB],
      [4 * MB, 4 * MB],
      [8 * MB, 1 * MB],
    ]);
  });

  test('a person who closes the picker has changed their mind: nothing is read', async () => {
    const file = aFile(10);
    const open = vi.spyOn(file, 'open');
    const save = new SaveState(() => Promise.resolve(undefined));
    await save.save(file, 'a.fluxrec');
    expect(save.step).toEqual({ name: 'idle' });
    expect(open).not.toHaveBeenCalled();
  });

  test('a file that ends early is not kept', async () => {
    const sink = new SinkDouble();
    const save = new SaveState(() => Promise.resolve(sink));
    await save.save({ open: () => Promise.resolve(10), read: () => Promise.resolve(new Uint8Array(0)) }, 'a.fluxrec');
    expect(save.step).toMatchObject({ name: 'failed', error: { code: 'file-truncated' } });
    expect(sink.end).toBe('aborted');
  });

  test('a disk that is full is said to be the reason', async () => {
    const sink = new SinkDouble();
    sink.write = vi.fn(() => Promise.reject(new DOMException('', 'QuotaExceededError')));
    const save = new SaveState(() => Promise.resolve(sink));
    await save.save(aFile(10), 'a.fluxrec');
    expect(save.step).toMatchObject({ name: 'failed', error: { code: 'file-not-written' } });
  });

  test('cancelled, it keeps nothing and can be started again', async () => {
    const sink = new SinkDouble();
    const save = new SaveState(() => Promise.resolve(sink));
    const file = aFile(100, 10);
    const read = file.read.bind(file);
    file.read = (offset, length) => {
      if (offset === 50) save.cancel();
      return read(offset, length);
    };
    await save.save(file, 'a.fluxrec');
    expect(save.step).toEqual({ name: 'idle' });
    expect(sink.end).toBe('aborted');
    await save.save(aFile(5), 'a.fluxrec');
    expect(save.step).toEqual({ name: 'saved', bytes: 5 });
  });
});
