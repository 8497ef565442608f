import { afterEach, beforeAll, describe, expect, test } from 'vitest';
import { page } from 'vitest/browser';
import type { DomEvent } from '../../../src/shared/session/lane.js';
import { WebmFile } from '../../../src/recorder/lanes/screen/webm.js';
import { makeBundle, STARTED_MS, testSource, type TestSegment } from '../../unit/viewer/make-bundle.js';
import type { HostDouble } from './host-double.js';
import { open, remove, seriousProblems } from './mounted.js';

afterEach(remove);

const NOTE = 'Order 10000: no exchange rate for JPY';

/** A page that says "One" and, three seconds later, "Two". */
function domEvents(): DomEvent[] {
  const text = { type: 3, textContent: 'One', id: 5 };
  const main = { type: 2, tagName: 'main', attributes: {}, childNodes: [text], id: 4 };
  const body = { type: 2, tagName: 'body', attributes: {}, childNodes: [main], id: 3 };
  const head = { type: 2, tagName: 'head', attributes: {}, childNodes: [], id: 6 };
  const html = { type: 2, tagName: 'html', attributes: {}, childNodes: [head, body], id: 2 };
  return [
    { type: 4, data: { href: 'http://fluxion/', width: 800, height: 500 }, timestamp: STARTED_MS + 100 },
    {
      type: 2,
      data: { node: { type: 0, childNodes: [html], id: 1 }, initialOffset: { left: 0, top: 0 } },
      timestamp: STARTED_MS + 110,
    },
    {
      type: 3,
      data: { source: 0, texts: [{ id: 5, value: 'Two' }], attributes: [], removes: [], adds: [] },
      timestamp: STARTED_MS + 3110,
    },
    { type: 3, data: { source: 1, positions: [{ x: 1, y: 1, id: 4, timeOffset: 0 }] }, timestamp: STARTED_MS + 6000 },
  ];
}

/** Two seconds of red, then two of blue. */
async function redThenBlue(): Promise<Uint8Array<ArrayBuffer>> {
  const webm = new WebmFile('vp8');
  const packets: Promise<unknown>[] = [];
  let config: VideoDecoderConfig | undefined;
  const encoder = new VideoEncoder({
    output(chunk, metadata) {
      config ??= metadata?.decoderConfig;
      const data = new Uint8Array(chunk.byteLength);
      chunk.copyTo(data);
      if (config === undefined) throw new Error('No configuration of the decoder.');
      packets.push(webm.add({ data, isKey: chunk.type === 'key', atMs: chunk.timestamp / 1000, config }));
    },
    error(cause) {
      throw cause;
    },
  });
  encoder.configure({ codec: 'vp8', width: 320, height: 200 });
  const canvas = new OffscreenCanvas(320, 200);
  const context = canvas.getContext('2d');
  for (let atMs = 0; context !== null && atMs < 4000; atMs += 200) {
    context.fillStyle = atMs < 2000 ? '#f00' : '#00f';
    context.fillRect(0, 0, 320, 200);
    const frame = new VideoFrame(canvas, { timestamp: atMs * 1000 });
    encoder.encode(frame, { keyFrame: atMs === 0 });
    frame.close();
  }
  await encoder.flush();
  encoder.close();
  await Promise.all(packets);
  return webm.whole(4000);
}

/** The colour in the middle of the video that is shown. */
function colour(): string {
  const video = document.querySelector('video');
  if (video === null || getComputedStyle(video).visibility === 'hidden') return 'none';
  const context = new OffscreenCanvas(1, 1).getContext('2d');
  context?.drawImage(video, 100, 100, 1, 1, 0, 0, 1, 1);
  const [r = 0, , b = 0] = context?.getImageData(0, 0, 1, 1).data ?? [];
  return r > 200 && b < 50 ? 'red' : b > 200 && r < 50 ? 'blue' : `${r} ${b}`;
}

let file: Uint8Array<ArrayBuffer>;
beforeAll(async () => {
  const lines = Array.from({ length: 250 }, (_, n) => ({
    type: 'log' as const,
    t: 200 + n * 20,
    level: 'info' as const,
    logger: 'console',
    message: `Line ${n}`,
  }));
  file = await makeBundle({
    sources: [testSource('w1-1', { title: 'Orders' })],
    segments: [
      { lane: 'dom', source: 'w1-1', events: domEvents() },
      { lane: 'log', source: 'w1-1', events: lines },
      {
        lane: 'error',
        source: 'w1-1',
        events: [{ type: 'error', t: 3000, kind: 'uncaught', name: 'Error', message: NOTE }],
      },
    ],
  });
});

const withFile = (host: HostDouble): void => {
  host.file = file;
};

/** What the replayed page says now. */
function replayed(): string | undefined {
  const surface = document.querySelector<HTMLIFrameElement>('iframe[title="Replay of the recorded page"]');
  const screen = surface?.contentDocument?.querySelector<HTMLIFrameElement>('.screen.shown iframe');
  return screen?.contentDocument?.querySelector('main')?.textContent;
}

async function show(prepare = withFile): Promise<Awaited<ReturnType<typeof open>>> {
  const mounted = await open('send', prepare);
  await page.getByRole('button', { name: 'Show what will be sent' }).click();
  return mounted;
}

describe('what will be sent', () => {
  test('is played from the very file, before anything is sent', async () => {
    const { host } = await show();
    await expect.poll(replayed, { timeout: 10_000 }).toBe('One');
    await page.getByRole('slider', { name: 'Moment' }).fill('4000');
    await expect.poll(replayed, { timeout: 10_000 }).toBe('Two');
    expect(host.called('assembleDraft')).toHaveLength(1);
    expect(host.called('readDraft').length).toBeGreaterThan(0);
    expect(host.called('sendDraft')).toEqual([]);
  });

  test('plays by itself and can be paused', async () => {
    await show();
    await expect.poll(replayed, { timeout: 10_000 }).toBe('One');
    await page.getByRole('button', { name: 'Play', exact: true }).click();
    await expect.poll(replayed, { timeout: 10_000 }).toBe('Two');
    await page.getByRole('button', { name: 'Pause', exact: true }).click();
    await expect.element(page.getByRole('button', { name: 'Play', exact: true })).toBeVisible();
  });

  test('lists every line, each with all that is in it, a hundred at a time', async () => {
    await show();
    await page.getByText('The app’s log: 250 entries').click();
    await expect.element(page.getByText('info: Line 99', { exact: true })).toBeInTheDocument();
    expect(page.getByText('info: Line 100', { exact: true }).query()).toBeNull();
    await page.getByRole('button', { name: 'Show 100 more' }).click();
    await page.getByRole('button', { name: 'Show 50 more' }).click();
    await expect.element(page.getByText('info: Line 249', { exact: true })).toBeInTheDocument();
    await page.getByText('Errors: 1 entry').click();
    await page.getByText(`Error: ${NOTE}`).click();
    await expect.element(page.getByText(/"kind": "uncaught"/)).toBeVisible();
  });

  describe('with a video', () => {
    const video = async (): Promise<TestSegment> => ({
      lane: 'screen',
      source: 'w1-1',
      events: [],
      video: { webm: await redThenBlue(), startMs: 1000, endMs: 5000 },
    });

    test('shows the page first and the video when it is chosen, at the same moment', async () => {
      const segments: TestSegment[] = [{ lane: 'dom', source: 'w1-1', events: domEvents() }, await video()];
      const both = await makeBundle({ sources: [testSource('w1-1')], segments });
      await show((host) => {
        host.file = both;
      });
      await expect.poll(replayed, { timeout: 10_000 }).toBe('One');
      expect(document.querySelector('video')).toBeNull();
      await page.getByRole('slider', { name: 'Moment' }).fill('500');
      await page.getByRole('combobox', { name: 'Show' }).selectOptions('The video');
      await expect.poll(colour, { timeout: 10_000 }).toBe('red');
      await page.getByRole('slider', { name: 'Moment' }).fill('4000');
      await expect.poll(colour, { timeout: 10_000 }).toBe('blue');
      await expect.element(page.getByRole('slider', { name: 'Moment' })).toHaveValue('4000');
      await page.getByRole('slider', { name: 'Moment' }).fill('6000');
      await expect.element(page.getByText('There is no video of this moment.')).toBeVisible();
      expect(colour()).toBe('none');
      await page.getByRole('combobox', { name: 'Show' }).selectOptions('What the windows showed');
      await expect.poll(replayed, { timeout: 10_000 }).toBe('Two');
      expect(await seriousProblems()).toEqual([]);
    });

    test('and nothing else, plays the video', async () => {
      const only = await makeBundle({ sources: [testSource('w1-1')], segments: [await video()] });
      await show((host) => {
        host.file = only;
      });
      await expect.poll(colour, { timeout: 10_000 }).toBe('red');
      expect(page.getByRole('combobox', { name: 'Show' }).query()).toBeNull();
      await page.getByRole('slider', { name: 'Moment' }).fill('2500');
      await page.getByRole('button', { name: 'Play', exact: true }).click();
      await expect.poll(colour, { timeout: 10_000 }).toBe('blue');
    });
  });

  test('that has changed is not shown any more', async () => {
    await show();
    await expect.poll(replayed, { timeout: 10_000 }).toBe('One');
    await page.getByRole('checkbox', { name: 'Errors' }).click();
    await expect.element(page.getByText('You changed what is sent, so the file is another one now.')).toBeVisible();
    expect(document.querySelector('iframe[title="Replay of the recorded page"]')).toBeNull();
  });

  test('that cannot be read says so, and sending stays possible', async () => {
    await show((host) => {
      host.file = file.slice(0, 200);
    });
    await expect.element(page.getByRole('alert').getByText(/\w+/).first()).toBeVisible();
    await expect.element(page.getByRole('button', { name: 'Show what will be sent' })).toBeVisible();
    await expect.element(page.getByRole('button', { name: /^Send \d/ })).toBeVisible();
  });

  test('without what the windows showed there is nothing to play, but lines to read', async () => {
    const lines = await makeBundle({
      sources: [testSource('w1-1')],
      segments: [
        {
          lane: 'error',
          source: 'w1-1',
          events: [{ type: 'error', t: 1, kind: 'uncaught', name: 'Error', message: NOTE }],
        },
      ],
    });
    await show((host) => {
      host.file = lines;
    });
    await expect.element(page.getByText('there is nothing to play', { exact: false })).toBeVisible();
    await expect.element(page.getByText('Errors: 1 entry')).toBeVisible();
    expect(page.getByRole('button', { name: 'Play', exact: true }).query()).toBeNull();
  });

  test('is no obstacle for people who do not see or use a mouse', async () => {
    await show();
    await expect.poll(replayed, { timeout: 10_000 }).toBe('One');
    await page.getByText('Errors: 1 entry').click();
    await expect.element(page.getByText(`Error: ${NOTE}`)).toBeVisible();
    expect(await seriousProblems()).toEqual([]);
  });
});
