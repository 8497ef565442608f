import { beforeEach, expect, it } from 'vitest';
import { listen, WindowDocuments } from '../../../../src/main/electron/window-documents.js';
import { Audience } from '../../../../src/main/services/audience.js';
import type { RecorderContract } from '../../../../src/shared/protocol/host.js';
import { contentsDouble, frameDouble } from './contents-double.js';

let audience: Audience<RecorderContract>;
let documents: WindowDocuments;
let contents: ReturnType<typeof contentsDouble>;
beforeEach(() => {
  audience = new Audience();
  documents = new WindowDocuments();
  contents = contentsDouble();
});

it('knows one document as long as it is shown, and tells it events on its channel', () => {
  const document = documents.of(contents);
  const frame = frameDouble();
  expect(listen(audience, document, frame, 'channel')).toBe(false);
  documents.name(document, 'w1-1', 'w1');
  expect(documents.of(contents)).toBe(document);
  expect(listen(audience, document, frame, 'channel')).toBe(true);
  audience.tell('w1-1', 'setPaused', { paused: true });
  expect(frame.sent).toEqual([['channel', 'setPaused', { paused: true }]]);
});

it.each([
  ['another document took its place', ['did-navigate', {}, 'app://main/', 200, 'OK']],
  ['an error page took its place', ['did-fail-load', {}, -105, 'NAME', 'app://main/', true]],
  ['its process is gone', ['render-process-gone', {}, { reason: 'crashed' }]],
  ['its window is closed', ['destroyed']],
] as const)('ends a document when %s', (_why, event) => {
  const document = documents.of(contents);
  documents.name(document, 'w1-1', 'w1');
  listen(audience, document, frameDouble(), 'channel');
  (contents.emit as (...values: readonly unknown[]) => boolean)(...event);
  expect(audience.size).toBe(0);
  expect(documents.of(contents)).not.toBe(document);
  expect(documents.of(contents).key).toBeUndefined();
});

it('knows the window of a document that took another one’s place, and forgets it with the window', () => {
  documents.name(documents.of(contents), 'w1-1', 'w1');
  contents.emit('did-navigate', {}, 'app://main/');
  expect(documents.of(contents).window.id).toBe('w1');
  expect(documents.of(contentsDouble(frameDouble(), 8)).window.id).toBeUndefined();
  Object.assign(contents, { isDestroyed: () => true });
  contents.emit('destroyed');
  expect(documents.of(contents).window.id).toBeUndefined();
});

it('keeps a document whose navigation was broken off, and where only a frame failed', () => {
  const document = documents.of(contents);
  contents.emit('did-fail-load', {}, -3, 'ERR_ABORTED', 'app://main/', true);
  contents.emit('did-fail-load', {}, -105, 'NAME', 'app://main/', false);
  expect(documents.of(contents)).toBe(document);
});

it('gives nothing to a document that went while the host was still thinking', () => {
  const document = documents.of(contents);
  contents.emit('did-navigate', {}, 'app://main/');
  documents.name(document, 'w1-1', 'w1');
  expect(listen(audience, document, frameDouble(), 'channel')).toBe(false);
  expect(documents.of(contents).key).toBeUndefined();
  expect(audience.size).toBe(0);
});

it('does not break where the frame went in this moment', () => {
  const document = documents.of(contents);
  documents.name(document, 'w1-1', 'w1');
  const frame = Object.assign(frameDouble(), {
    send() {
      throw new Error('Render frame was disposed before WebFrameMain could be accessed');
    },
  });
  listen(audience, document, frame, 'channel');
  audience.tellAll('setPaused', { paused: false });
});
