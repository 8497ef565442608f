import fc from 'fast-check';
import * as v from 'valibot';
import { describe, expect, test } from 'vitest';
import {
  MAX_LIVE_MESSAGE_BYTES,
  MAX_SIGNAL_LENGTH,
  parseControl,
  parseSignal,
} from '../../../../src/shared/protocol/live.js';
import {
  FrameAssembler,
  framesOf,
  givenUpFrame,
  MAX_OPEN_MESSAGES,
} from '../../../../src/shared/protocol/live-frames.js';
import { LiveError } from '../../../../src/shared/protocol/live-errors.js';
import { reachOf, iceUrlSchema } from '../../../../src/shared/protocol/live-ice.js';

const NONCE = 'AAAAAAAAAAAAAAAAAAAAAA';

describe('a control message', () => {
  test.each([
    { type: 'hello', v: 1, nonce: NONCE },
    { type: 'reveal', v: 1, nonce: NONCE, name: 'Ada' },
    { type: 'confirm' },
    { type: 'bye', reason: 'words-differ' },
    { type: 'renegotiation', kind: 'offer', sdp: 'v=0' },
    { type: 'grant-asked', grant: '0b9f6a52-7d0e-4b7a-9a55-0c6a1f3f6a10', kind: 'console' },
  ])('$type is read', (message) => {
    expect(parseControl(JSON.stringify(message))).toEqual(message);
  });

  test.each([
    '',
    'null',
    '[]',
    '{"type":"hello"}',
    `{"type":"hello","v":1,"nonce":"${NONCE}A"}`,
    '{"type":"hello","v":1,"nonce":"AAAAAAAAAAAAAAAAAAAAAB"}',
    '{"type":"bye","reason":"because"}',
    '{"type":"run","command":"rm"}',
    `{"type":"renegotiation","kind":"offer","sdp":"${'x'.repeat(40_000)}"}`,
    `{"type":"confirm","pad":"${'x'.repeat(70_000)}"}`,
  ])('of no known shape is refused (%#)', (text) => {
    expect(parseControl(text)).toBeUndefined();
  });

  test('is never an exception, whatever comes', () => {
    fc.assert(fc.property(fc.oneof(fc.string(), fc.json()), (text) => parseControl(text) === undefined));
    fc.assert(
      fc.property(fc.constantFrom('hello', 'reveal', 'bye', 'ping', 'grant-asked'), fc.object(), (type, rest) => {
        parseControl(JSON.stringify({ ...rest, type }));
      }),
    );
  });
});

describe('a signal', () => {
  const description = { ufrag: 'abcd', pwd: 'a'.repeat(24), fingerprint: 'A'.repeat(43), candidates: [] };
  const answer = { kind: 'answer', offer: '0123456789abcdef', description };
  const candidate = { type: 'host', address: '192.0.2.1', port: 1, priority: 1 };

  test('is read', () => {
    expect(parseSignal(JSON.stringify(answer))).toEqual(answer);
  });

  test.each([
    { ...answer, description: { ...description, ufrag: 'ab\r\na=x' } },
    { ...answer, description: { ...description, candidates: Array.from({ length: 25 }, () => candidate) } },
    { ...answer, description: { ...description, candidates: [{ ...candidate, address: '192.0.2.1 typ relay' }] } },
    { ...answer, description: { ...description, candidates: [{ ...candidate, address: 'example.org' }] } },
    { ...answer, description: { ...description, candidates: [{ ...candidate, port: 0 }] } },
    { ...answer, description: { ...description, fingerprint: 'A'.repeat(42) } },
    { ...answer, offer: '0123456789abcdeF' },
  ])('that would bring more into an SDP than it should is refused (%#)', (signal) => {
    expect(parseSignal(JSON.stringify(signal))).toBeUndefined();
  });

  test('is refused by its length before it is parsed', () => {
    expect(parseSignal(JSON.stringify({ ...answer, pad: 'x'.repeat(MAX_SIGNAL_LENGTH) }))).toBeUndefined();
  });
});

function codeOf(act: () => unknown): string | undefined {
  try {
    act();
  } catch (error) {
    if (error instanceof LiveError) return error.code;
    throw error;
  }
  return undefined;
}

describe('frames', () => {
  test('bring a message of any size', () => {
    for (const size of [0, 1, 65_526, 65_527, 65_528, 200_000, 1_000_000]) {
      const bytes = Uint8Array.from({ length: size }, (_, at) => at % 251);
      const frames = [...framesOf(7, bytes)];
      expect(frames.every(({ length }) => length <= MAX_LIVE_MESSAGE_BYTES)).toBe(true);
      const assembler = new FrameAssembler();
      const whole = frames.map((frame) => assembler.receive(frame));
      expect(whole.slice(0, -1).every((one) => one === undefined)).toBe(true);
      expect(Buffer.from(whole.at(-1) ?? []).equals(bytes)).toBe(true);
    }
  });

  test('of several messages may alternate', () => {
    const one = new Uint8Array(150_000).fill(1);
    const two = new Uint8Array(150_000).fill(2);
    const assembler = new FrameAssembler();
    const second = [...framesOf(2, two)];
    const done = [...framesOf(1, one)].flatMap((frame, at) => [
      assembler.receive(frame),
      assembler.receive(second[at] ?? new Uint8Array()),
    ]);
    const [first, last] = done.filter((whole) => whole !== undefined);
    expect(Buffer.from(first ?? []).equals(one)).toBe(true);
    expect(Buffer.from(last ?? []).equals(two)).toBe(true);
  });

  test('of a message that is given up are forgotten', () => {
    const assembler = new FrameAssembler(200_000);
    for (let id = 0; id < 3 * MAX_OPEN_MESSAGES; id += 1) {
      const [first = new Uint8Array()] = framesOf(1, new Uint8Array(100_000));
      assembler.receive(first);
      expect(assembler.receive(givenUpFrame(1))).toBeUndefined();
    }
    const [first = new Uint8Array(), last = new Uint8Array()] = framesOf(1, new Uint8Array(100_000).fill(1));
    assembler.receive(first);
    expect(assembler.receive(last)).toHaveLength(100_000);
    expect(codeOf(() => assembler.receive(givenUpFrame(1)))).toBe('live-malformed');
  });

  test('cannot announce more than is taken, nor leave messages open without end', () => {
    const huge = new Uint8Array(MAX_LIVE_MESSAGE_BYTES);
    huge.set([1, 0, 0, 0, 0, 255, 255, 255, 255]);
    expect(codeOf(() => new FrameAssembler(1_000_000).receive(huge))).toBe('live-flooded');
    const assembler = new FrameAssembler();
    const first = (id: number): Uint8Array => [...framesOf(id, new Uint8Array(100_000))][0] ?? new Uint8Array();
    for (let id = 0; id < MAX_OPEN_MESSAGES; id += 1) assembler.receive(first(id));
    expect(codeOf(() => assembler.receive(first(99)))).toBe('live-flooded');
    const small = new FrameAssembler(200_000);
    small.receive(first(1));
    small.receive(first(2));
    small.receive(first(3));
    expect(codeOf(() => small.receive(first(4)))).toBe('live-flooded');
  });

  test.each([
    ['nothing', []],
    ['a flag of tomorrow', [8, 0, 0, 0, 0]],
    ['a message given up that was not begun', [4, 0, 0, 0, 0]],
    ['a message that was not begun', [2, 0, 0, 0, 0, 1]],
    ['no size', [3, 0, 0, 0, 0, 1]],
    ['fewer bytes than announced', [3, 0, 0, 0, 0, 2, 0, 0, 0, 1]],
    ['more bytes than announced', [3, 0, 0, 0, 0, 1, 0, 0, 0, 1, 2]],
    ['a small frame that is not the last', [1, 0, 0, 0, 0, 9, 0, 0, 0, 1]],
  ])('with %s are refused', (_what, frame) => {
    expect(codeOf(() => new FrameAssembler().receive(Uint8Array.from(frame)))).toBe('live-malformed');
  });

  test('are read or refused by a code, whatever comes', () => {
    fc.assert(
      fc.property(fc.array(fc.uint8Array({ maxLength: 40 }), { maxLength: 20 }), (frames) => {
        const assembler = new FrameAssembler(1000);
        for (const frame of frames) {
          if (codeOf(() => assembler.receive(frame)) !== undefined) return;
        }
      }),
    );
  });
});

describe('what can be reached', () => {
  test.each([
    [[], 'same-network'],
    [['stun:stun.example.org'], 'direct'],
    [['turn:turn.example.org:3478?transport=udp'], 'everywhere'],
    [['stun:stun.example.org', 'turns:turn.example.org:443?transport=tcp'], 'everywhere'],
  ] as const)('is known from the servers alone: %j', (urls, reach) => {
    expect(reachOf(urls.length === 0 ? [] : [{ urls: [...urls] }])).toBe(reach);
  });

  test('takes only addresses of STUN and TURN', () => {
    for (const url of ['http://example.org', 'turn:user@example.org', 'turn:a?transport=sctp', 'stun:', 'stun:a b']) {
      expect(v.is(iceUrlSchema, url)).toBe(false);
    }
  });
});
