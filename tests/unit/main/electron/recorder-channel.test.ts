import type { IpcMain, IpcMainInvokeEvent } from 'electron';
import { expect, it } from 'vitest';
import { openRecorderChannel } from '../../../../src/main/electron/recorder-channel.js';
import type { Host } from '../../../../src/main/services/host.js';
import { Audience } from '../../../../src/main/services/audience.js';
import { RECORDER_BRIDGE } from '../../../../src/shared/protocol/bridge.js';
import { decodeFrame, encodeFrame } from '../../../../src/shared/protocol/frame.js';
import type { RecorderContract } from '../../../../src/shared/protocol/host.js';
import { contentsDouble, eventOf } from './contents-double.js';

type Handler = (event: IpcMainInvokeEvent, ...values: unknown[]) => Promise<Uint8Array<ArrayBuffer>>;

/** A host that numbers windows as the session does, behind the channel. */
function channel() {
  const handled = new Map<string, Handler>();
  const said: (string | undefined)[] = [];
  let documents = 0;
  const host = {
    windows: new Audience<RecorderContract>(),
    recorder: {
      hello({ value }: { value: { window?: string } }) {
        said.push(value.window);
        documents += 1;
        const window = value.window ?? `w${documents}`;
        const welcome = { session: { id: 'a'.repeat(16), startedMs: 1 }, source: `${window}-${documents}`, window };
        const settings = { maxAgeMs: 600_000, maxBytes: 1_000_000 };
        const rest = { capability: 'secret', sessionMs: 1, paused: false, settings };
        return Promise.resolve({ value: { ...welcome, ...rest }, bytes: new Uint8Array() });
      },
    },
  } as unknown as Host;
  const ipcMain = {
    handle: (name: string, handler: Handler) => handled.set(name, handler),
    removeHandler: (name: string) => handled.delete(name),
  } as unknown as IpcMain;
  openRecorderChannel({ ipcMain, host: Promise.resolve(host), origins: ['app://main'], onRefused: () => undefined });
  const hello = async (contents: ReturnType<typeof contentsDouble>, window?: string): Promise<unknown> => {
    const message = { originMs: 0, monoMs: 0, wallMs: 1, title: '', ...(window === undefined ? {} : { window }) };
    const event = eventOf(contents, contents.mainFrame);
    const answer = await handled.get(RECORDER_BRIDGE.channels.call)?.(event, 'hello', encodeFrame(message));
    return answer === undefined ? undefined : decodeFrame(answer).json;
  };
  return { said, hello };
}

it('knows a window whose page was loaded again, also where the page could not make sure of it in time', async () => {
  const { said, hello } = channel();
  const contents = contentsDouble();
  expect(await hello(contents)).toMatchObject({ ok: { window: 'w1', capability: '' } });
  contents.emit('did-navigate', {}, 'app://main/');
  expect(await hello(contents)).toMatchObject({ ok: { window: 'w1' } });
  expect(said).toEqual([undefined, 'w1']);
});

it('believes no page that it is another window than the one that shows it', async () => {
  const { said, hello } = channel();
  const contents = contentsDouble();
  await hello(contents);
  contents.emit('did-navigate', {}, 'app://main/');
  await hello(contents, 'w9');
  // A window that is new here may have been one before the app was started again.
  await hello(contentsDouble(undefined, 8), 'w2');
  expect(said).toEqual([undefined, 'w1', 'w2']);
});
