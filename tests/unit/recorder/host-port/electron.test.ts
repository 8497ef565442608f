import * as v from 'valibot';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { createBridgeHostPort, findBridge } from '../../../../src/recorder/host-port/electron.js';
import type { HostBridge } from '../../../../src/shared/protocol/bridge.js';
import { method, type Contract } from '../../../../src/shared/protocol/contract.js';
import { decodeFrame, encodeFrame } from '../../../../src/shared/protocol/frame.js';

const contract = {
  methods: {
    hello: method(v.object({}), v.object({ capability: v.string() })),
    echo: method(v.object({ text: v.string() }), v.object({ text: v.string() })),
  },
  events: { ping: v.object({ number: v.number() }) },
} as const satisfies Contract;

/** A double of what a preload script exposes. The real ones are in tests/electron. */
class BridgeDouble implements HostBridge {
  answer: (name: string, json: unknown) => Promise<Uint8Array<ArrayBuffer>> = (name) =>
    Promise.resolve(encodeFrame({ ok: name === 'hello' ? { capability: '' } : { text: 'back' } }, Uint8Array.of(7)));
  isKnown: Promise<boolean> = Promise.resolve(true);
  readonly listeners: ((event: string, data: unknown) => void)[] = [];

  readonly call = (name: string, frame: Uint8Array<ArrayBuffer>): Promise<Uint8Array<ArrayBuffer>> =>
    this.answer(name, decodeFrame(frame).json);
  readonly listen = (listener: (event: string, data: unknown) => void): Promise<boolean> => {
    this.listeners.push(listener);
    return this.isKnown;
  };
  tell(event: string, data: unknown): void {
    this.listeners.at(-1)?.(event, data);
  }
}

let bridge: BridgeDouble;
beforeEach(() => {
  vi.useFakeTimers();
  bridge = new BridgeDouble();
});
afterEach(() => {
  vi.useRealTimers();
  Reflect.deleteProperty(globalThis, 'testBridge');
});

const settle = (): Promise<unknown> => vi.advanceTimersByTimeAsync(0);

describe('the port over a bridge', () => {
  it('sends a frame and answers what is in the one that comes back', async () => {
    const seen: unknown[] = [];
    const { answer } = bridge;
    bridge.answer = (name, json) => {
      seen.push(name, json);
      return answer(name, json);
    };
    const port = createBridgeHostPort(contract, bridge);
    const { value, bytes } = await port.call('echo', { text: 'there' });
    expect(seen).toEqual(['echo', { text: 'there' }]);
    expect(value).toEqual({ text: 'back' });
    expect([...bytes]).toEqual([7]);
  });

  it('rejects with the host’s own error, and with host-unreachable for everything that Electron says', async () => {
    const port = createBridgeHostPort(contract, bridge);
    bridge.answer = () => Promise.resolve(encodeFrame({ error: { code: 'draft-empty', message: 'Nothing.' } }));
    await expect(port.call('echo', { text: '' })).rejects.toMatchObject({ code: 'draft-empty' });
    bridge.answer = () => Promise.reject(new Error('Error invoking remote method: /home/ada/secret'));
    const refused = port.call('echo', { text: '' });
    await expect(refused).rejects.toMatchObject({ code: 'host-unreachable' });
    await expect(refused).rejects.not.toThrow(/ada/);
  });

  it('does not wait for ever for a host process that hangs', async () => {
    const port = createBridgeHostPort(contract, bridge, { timeoutMs: 1000 });
    bridge.answer = () => new Promise(() => undefined);
    const refused = expect(port.call('echo', { text: '' })).rejects.toMatchObject({ code: 'host-unreachable' });
    await vi.advanceTimersByTimeAsync(1000);
    await refused;
  });

  it('rejects an answer that is not of the contract', async () => {
    const port = createBridgeHostPort(contract, bridge);
    bridge.answer = () => Promise.resolve(encodeFrame({ ok: { text: 7 } }));
    await expect(port.call('echo', { text: '' })).rejects.toMatchObject({ code: 'bad-frame' });
  });

  it('hears events of the contract only, from after hello where it says hello first', async () => {
    const port = createBridgeHostPort(contract, bridge, { helloFirst: true });
    const heard: unknown[] = [];
    const connections: boolean[] = [];
    const stop = port.on('ping', (payload) => heard.push(payload));
    port.onConnection((connected) => connections.push(connected));
    await settle();
    expect(bridge.listeners).toHaveLength(0);
    await port.call('hello', {});
    await settle();
    expect(connections).toEqual([true]);
    bridge.tell('ping', { number: 1 });
    bridge.tell('ping', { number: 'one' });
    bridge.tell('constructor', {});
    expect(heard).toEqual([{ number: 1 }]);
    stop();
    bridge.tell('ping', { number: 2 });
    expect(heard).toHaveLength(1);
    await port.call('hello', {});
    expect(bridge.listeners).toHaveLength(2);
  });

  it('asks again for events while the host process is starting, and no more once it is closed', async () => {
    bridge.isKnown = Promise.reject(new Error('no handler'));
    const port = createBridgeHostPort(contract, bridge);
    const connections: boolean[] = [];
    port.onConnection((connected) => connections.push(connected));
    await settle();
    expect(connections).toEqual([]);
    bridge.isKnown = Promise.resolve(true);
    await vi.advanceTimersByTimeAsync(1000);
    expect(connections).toEqual([true]);
    port.close();
    await vi.advanceTimersByTimeAsync(10_000);
    expect(bridge.listeners).toHaveLength(2);
  });
});

describe('finding the bridge', () => {
  it('takes two functions, and nothing that a page could clobber a name with', () => {
    expect(findBridge('testBridge')).toBeUndefined();
    Object.assign(globalThis, { testBridge: { call: {}, listen: {} } });
    expect(findBridge('testBridge')).toBeUndefined();
    Object.assign(globalThis, { testBridge: bridge });
    expect(findBridge('testBridge')).toEqual({ call: bridge.call, listen: bridge.listen });
  });
});
