import { describe, expect, test } from 'vitest';
import { comparingPair, makePair, openPair, Wire } from './pair.js';

describe('two sides', () => {
  test.each([true, false])('find each other and see the same words (trickling: %s)', async (isTrickling) => {
    const { publisher, subscriber } = await comparingPair(new Wire({ isTrickling }));
    const { words } = publisher.session.state;
    expect(words).toHaveLength(4);
    expect(subscriber.session.state.words).toEqual(words);
  });

  test('see other words each time', async () => {
    const first = await comparingPair();
    const second = await comparingPair();
    expect(first.publisher.session.state.words).not.toEqual(second.publisher.session.state.words);
  });

  test('see each other’s names, which nobody has checked', async () => {
    const wire = new Wire();
    const { publisher, subscriber } = await comparingPair(wire, { name: 'Ada' });
    expect(publisher.session.state).toMatchObject({ otherName: 'Ada', verifiedName: undefined });
    expect(subscriber.session.state.otherName).toBe('Ada');
  });

  test('pass nothing until both people have confirmed', async () => {
    const { publisher, subscriber } = await comparingPair();
    expect(() => publisher.session.channel('dom')).toThrow('ended');
    publisher.session.confirm();
    expect(() => publisher.session.channel('dom')).toThrow('ended');
    expect(publisher.phase).toBe('comparing');
    await subscriber.until(() => subscriber.session.state.hasOtherConfirmed);
    subscriber.session.confirm();
    expect(subscriber.phase).toBe('open');
    // At once: the publisher may hear this before it hears of the confirmation.
    await subscriber.session.channel('input').send('first');
    await publisher.until(() => publisher.messages.length === 1);
    expect(publisher.messages).toEqual([{ channel: 'input', data: 'first' }]);
  });

  test('end on both sides when the words differ, and both know why', async () => {
    const { publisher, subscriber } = await comparingPair();
    subscriber.session.confirm();
    await publisher.session.wordsDiffer();
    await subscriber.reach('ended');
    expect([publisher.code, subscriber.code]).toEqual(['live-words-differ', 'live-words-differ']);
  });

  test('begin anew when the other side comes again before they are connected', async () => {
    const wire = new Wire();
    const pair = makePair(wire);
    const offers = new Set<string>();
    wire.meddle = (from, signal) => {
      if (signal.kind === 'offer') offers.add(signal.offer);
      // The first offer gets lost with the connection that it was sent over.
      return from === 'publisher' && signal.kind !== 'end' && offers.size < 2 ? [] : [signal];
    };
    wire.join();
    await pair.publisher.until(() => offers.size === 1);
    wire.join();
    await Promise.all([pair.publisher.reach('comparing'), pair.subscriber.reach('comparing')]);
    expect(offers.size).toBe(2);
  });

  test('hear of a refusal', async () => {
    const { wire, publisher, subscriber } = makePair();
    wire.join();
    await subscriber.session.end();
    await publisher.reach('ended');
    expect([publisher.code, subscriber.code]).toEqual(['live-declined', 'live-closed']);
  });
});

describe('an open session', () => {
  test('carries messages of all channels, in order', async () => {
    const { publisher, subscriber } = await openPair();
    for (const channel of ['dom', 'console', 'bulk', 'input'] as const) {
      for (let number = 0; number < 20; number += 1) {
        await publisher.session.channel(channel).send(new Uint8Array([number]));
      }
    }
    await subscriber.until(() => subscriber.messages.length === 80);
    for (const channel of ['dom', 'console', 'bulk', 'input'] as const) {
      const numbers = subscriber.messages.filter((message) => message.channel === channel).map(({ data }) => data[0]);
      expect(numbers).toEqual(Array.from({ length: 20 }, (_, number) => number));
    }
  });

  test('carries what grants are made of', async () => {
    const { publisher, subscriber } = await openPair();
    const asked = { type: 'grant-asked', grant: crypto.randomUUID(), kind: 'console' } as const;
    subscriber.session.send(asked);
    await publisher.until(() => publisher.control.length === 1);
    expect(publisher.control).toEqual([asked]);
  });

  test('sends no faster than the other side receives', async () => {
    const { publisher, subscriber } = await openPair();
    const channel = publisher.session.channel('bulk');
    const chunk = new Uint8Array(64 * 1024).fill(7);
    let mostBytes = 0;
    for (let number = 0; number < 500; number += 1) {
      await channel.send(chunk);
      mostBytes = Math.max(mostBytes, channel.backlogBytes);
    }
    await subscriber.until(() => subscriber.messages.length === 500);
    // One message may be handed over when there is a byte of room.
    expect(mostBytes).toBeLessThan(1024 * 1024 + chunk.length);
  });

  test('refuses what is too large, and what would wait without end', async () => {
    const { publisher } = await openPair();
    const channel = publisher.session.channel('bulk');
    await expect(channel.send(new Uint8Array(64 * 1024 + 1))).rejects.toMatchObject({ code: 'live-too-large' });
    const sent = Array.from({ length: 400 }, () => channel.send(new Uint8Array(64 * 1024)));
    const results = await Promise.allSettled(sent);
    const refused = results.filter(({ status }) => status === 'rejected');
    expect(refused.length).toBeGreaterThan(0);
    expect(refused.length).toBeLessThan(400);
    expect(refused[0]).toMatchObject({ reason: { code: 'live-backlog' } });
  });

  test('brings video in and takes it out again', async () => {
    const { publisher, subscriber } = await openPair();
    const canvas = document.createElement('canvas');
    const context = canvas.getContext('2d');
    const drawing = setInterval(() => context?.fillRect(0, 0, Math.random() * 100, 10), 30);
    const stream = canvas.captureStream(15);
    const [track] = stream.getVideoTracks();
    if (track === undefined) throw new Error('no track');
    expect(publisher.session.addTrack(track, stream)?.sender.track).toBe(track);
    await subscriber.until(() => subscriber.tracks.length === 1, 'a track');
    const [received] = subscriber.tracks;
    const video = document.createElement('video');
    video.muted = true;
    video.srcObject = new MediaStream(subscriber.tracks);
    await video.play();
    await subscriber.until(() => video.videoWidth === 300, 'a picture');
    publisher.session.removeTrack(track, stream);
    await subscriber.until(() => received?.muted === true, 'the end of the video');
    expect([publisher.phase, subscriber.phase]).toEqual(['open', 'open']);
    clearInterval(drawing);
  });

  test('tells how good it is', async () => {
    const { publisher } = await openPair();
    await publisher.session.channel('bulk').send(new Uint8Array(10_000));
    await expect.poll(async () => (await publisher.session.quality()).roundTripMs).toBeGreaterThanOrEqual(0);
    expect(await publisher.session.quality()).toMatchObject({ route: 'direct' });
    // What was given to the channel is on its way a moment later.
    await expect.poll(async () => (await publisher.session.quality()).sentBytes).toBeGreaterThan(10_000);
  });

  test('ends on both sides, once, and says who ended it', async () => {
    const { publisher, subscriber } = await openPair();
    await Promise.all([publisher.session.end(), publisher.session.end()]);
    await subscriber.reach('ended');
    expect([publisher.code, subscriber.code]).toEqual(['live-closed', 'live-ended']);
    expect(publisher.states.filter(({ phase }) => phase === 'ended')).toHaveLength(1);
    expect(() => subscriber.session.channel('dom')).toThrow('ended');
    await expect(subscriber.session.quality()).rejects.toMatchObject({ code: 'live-closed' });
    await subscriber.session.end();
    expect(subscriber.code).toBe('live-ended');
  });
});
