import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { domLane, domNodeId } from '../../../src/recorder/lanes/dom.js';
import { LaneDouble } from './lane-double.js';

const SIZE = 'fluxrec-picture-size';
const lane = new LaneDouble();
let pictureUrl: string;

/** What an element was given by events after the snapshot, in their order. */
function changesOf(element: Element): Record<string, unknown>[] {
  const id = domNodeId(element);
  return lane.domEvents.flatMap(({ type, data }) => {
    if (type !== 3 || data['source'] !== 0) return [];
    const adds = data['adds'] as { node: { id: number; attributes?: Record<string, unknown> } }[];
    const changes = data['attributes'] as { id: number; attributes: Record<string, unknown> }[];
    return [...adds.map(({ node }) => node), ...changes]
      .filter((one) => one.id === id)
      .map(({ attributes }) => attributes ?? {});
  });
}

/** The sizes that were noted of an element after the snapshot. */
function notedOf(element: Element): unknown[] {
  return changesOf(element)
    .map((attributes) => attributes[SIZE])
    .filter((size) => size !== undefined);
}

async function pictureOf(width: number, height: number): Promise<string> {
  const canvas = new OffscreenCanvas(width, height);
  canvas.getContext('2d')?.fillRect(0, 0, width, height);
  return URL.createObjectURL(await canvas.convertToBlob());
}

function leftOut(): string[] {
  return lane.events.flatMap((event) => (event.type === 'recorder' && event.kind === 'left-out' ? [event.text] : []));
}

beforeAll(async () => {
  pictureUrl = await pictureOf(60, 40);
  const image = new Image();
  image.id = 'there';
  image.src = pictureUrl;
  document.body.replaceChildren(image);
  await image.decode();
  lane.start(domLane);
});
afterAll(() => {
  lane.stop();
  document.body.innerHTML = '';
  URL.revokeObjectURL(pictureUrl);
});

describe('the room that pictures take', () => {
  it('is in the snapshot', () => {
    const snapshot = JSON.stringify(lane.domEvents.find(({ type }) => type === 2));
    expect(snapshot).toContain(`"${SIZE}":"60 40"`);
  });

  it('follows when a picture is there, in a shadow root too', async () => {
    const host = document.createElement('div');
    host.attachShadow({ mode: 'open' });
    const images = [new Image(), new Image()] as const;
    document.body.append(host, images[0]);
    host.shadowRoot?.append(images[1]);
    for (const image of images) image.src = await pictureOf(30, 20);
    for (const image of images)
      await vi.waitFor(() => {
        expect(notedOf(image).at(-1)).toBe('30 20');
      });
  });

  it('follows a picture that becomes another one', async () => {
    const image = document.querySelector<HTMLImageElement>('#there');
    if (image === null) throw new Error('There is no picture.');
    image.src = await pictureOf(12, 90);
    await vi.waitFor(() => {
      expect(notedOf(image).at(-1)).toBe('12 90');
    });
    // With the address already: until the other one is there, the page shows the first.
    expect(notedOf(image)[0]).toMatch(/^(60 40|12 90)$/);
    const [change] = changesOf(image).filter(({ src }) => src !== undefined);
    expect(change?.[SIZE]).toBeDefined();
  });

  it('follows a video, which may change its size while it plays', async () => {
    const canvas = document.createElement('canvas');
    [canvas.width, canvas.height] = [64, 48];
    const paint = (): void => canvas.getContext('2d')?.fillRect(0, 0, 1, 1);
    paint();
    const video = document.createElement('video');
    video.muted = true;
    document.body.append(video);
    video.srcObject = canvas.captureStream();
    const played = video.play();
    await vi.waitFor(() => {
      paint();
      expect(notedOf(video).at(-1)).toBe('64 48');
    });
    await played;
    [canvas.width, canvas.height] = [32, 80];
    await vi.waitFor(() => {
      paint();
      expect(notedOf(video).at(-1)).toBe('32 80');
    });
    video.remove();
  });

  it('is none where a picture could not be loaded', async () => {
    const image = new Image();
    image.src = '/no-such-picture.png';
    document.body.append(image);
    await vi.waitFor(() => {
      expect(notedOf(image).at(-1)).toBe('0 0');
    });
  });

  it('is not noted of a picture that is in the recording', async () => {
    const image = new Image();
    image.src = 'data:image/gif;base64,R0lGODlhAQABAAAAACH5BAEKAAEALAAAAAABAAEAAAICTAEAOw==';
    document.body.append(image);
    await image.decode();
    await vi.waitFor(() => {
      expect(domNodeId(image)).toBeDefined();
    });
    expect(notedOf(image)).toEqual([]);
  });
});

describe('what a replay will lack', () => {
  it('is said once', async () => {
    await vi.waitFor(() => {
      expect(leftOut()).toEqual([expect.stringMatching(/^Pictures/)]);
    });
    const frame = document.createElement('iframe');
    frame.setAttribute('sandbox', '');
    frame.srcdoc = 'of another origin';
    const loaded = new Promise((done) => {
      frame.onload = done;
    });
    document.body.append(frame, document.createElement('canvas'));
    await loaded;
    const host = document.createElement('div');
    host.attachShadow({ mode: 'closed' });
    document.body.append(host, document.createElement('canvas'));
    const said = [/^Pictures/, /canvas/, /another origin/, /closed shadow root/];
    // It looks now and then.
    await vi.waitFor(
      () => {
        expect(leftOut()).toHaveLength(said.length);
      },
      { timeout: 12_000 },
    );
    for (const text of said) expect(leftOut()).toContainEqual(expect.stringMatching(text));
    lane.freshStart();
    document.body.append(document.createElement('canvas'));
    await new Promise((done) => requestIdleCallback(done));
    expect(leftOut()).toHaveLength(said.length);
  });
});
