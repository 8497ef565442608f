import { BlobSource, Input, VideoSampleSink, WEBM } from 'mediabunny';
import { startRecorder } from '../../../src/recorder/entry.js';
import type { LaneEvent } from '../../../src/shared/session/lane.js';
import type { Segment } from '../../../src/shared/session/segment.js';
import type { DecodedFile, DecodedFrame, ScreenPage } from '../../integration/screen/recorded-video.js';
import { HostDouble } from '../recorder/host-double.js';

// The page that tests/integration/screen/screen-site.ts builds and serves: an app whose masked places are magenta, which nothing else in it is. What of
// its video is magenta has leaked.

const MAGENTA = '#ff00ff';
const CYAN = '#00e5ff';

/** Fields within shadow roots of frames: there from the start, made later, closed. */
const FRAMES = ['open', 'closed']
  .map((mode) => {
    const field = `<input style='background:${MAGENTA};color:${MAGENTA};border:0;width:100px' value='framed'>`;
    const script = `customElements.define('x-field', class extends HTMLElement { connectedCallback() {
      this.attachShadow({ mode: '${mode}' }).innerHTML = "${field}"; } });
      document.body.innerHTML = '<x-field></x-field>';
      setTimeout(() => document.body.append(document.createElement('x-field')), 2500);`;
    return `<iframe width="300" height="60" srcdoc="<body><script>${script.replaceAll('"', '&quot;')}</script>"></iframe>`;
  })
  .join(' ');

function row(index: number): string {
  const left = 40 + ((index * 97) % 500);
  const kinds = [
    `<input class="secret" value="secret ${index}">`,
    `<textarea class="secret">secret ${index}</textarea>`,
    `<div class="secret" data-fluxrec-mask>secret ${index}</div>`,
    `<div class="secret" data-fluxrec-block>secret ${index}</div>`,
    `<div class="secret" contenteditable>secret ${index}</div>`,
    `<p data-fluxrec-mask class="spilling"><b class="secret over">secret ${index}</b></p>`,
  ];
  return `<div class="row" style="padding-left:${left}px">${kinds[index % kinds.length] ?? ''}<i></i> row ${index}</div>`;
}

function build(): void {
  const style = document.createElement('style');
  style.textContent = `
    body { margin: 0; font: 16px sans-serif; background: #fff; color: #222; }
    header { position: sticky; top: 0; background: #dde; padding: 8px; }
    .row { height: 64px; display: flex; gap: 12px; align-items: center; white-space: nowrap; }
    .secret { background: ${MAGENTA}; color: ${MAGENTA}; border: 1px solid ${MAGENTA}; width: 160px; height: 30px; box-sizing: border-box; resize: none; }
    .spilling { width: 20px; height: 10px; }
    .over { display: block; position: relative; top: -10px; }
    i { width: 60px; height: 30px; background: ${CYAN}; }
    #moving { position: fixed; top: 60px; left: 0; z-index: 2; }
    .echo { background: ${MAGENTA}; color: ${MAGENTA}; border: 0; font: 16px sans-serif; }
    .echo::placeholder { color: ${MAGENTA}; }
    #echoes { position: fixed; left: 0; right: 0; bottom: 0; height: 250px; background: #fff; z-index: 3; }
    .gliding { animation: glide 1.3s linear infinite alternate; }
    @keyframes glide { to { transform: translate(700px, 350px); } }
  `;
  document.head.append(style);
  document.body.innerHTML = `<header><button id="begin">Record Screen</button> <button id="other">Other Screen</button> <span id="clock"></span></header>
    <div id="moving" hidden><input class="secret" value="moving"></div>
    <div id="shadow"></div>
    ${FRAMES}
    ${Array.from({ length: 120 }, (_, index) => row(index)).join('')}`;
  const root = document.querySelector('#shadow')?.attachShadow({ mode: 'closed' });
  if (root !== undefined) {
    root.innerHTML = `<input style="background:${MAGENTA};color:${MAGENTA};border:0;width:160px;height:30px" value="in the shadow">`;
  }
  const on = (id: string, surface: 'app' | 'screen'): void => {
    document.getElementById(id)?.addEventListener('click', () => void recorder.startScreen({ surface }));
  };
  on('begin', 'app');
  on('other', 'screen');
}

/** Where an app may show a word again. None of it is masked by itself. */
function echoesOf(word: string): HTMLElement {
  const echoes = document.createElement('div');
  echoes.id = 'echoes';
  echoes.innerHTML = `<i style="display:inline-block"></i>
    <p>A text with <b class="echo">${word}</b> in it</p>
    <input class="echo" data-fluxrec-unmask value="${word}"> <input class="echo" data-fluxrec-unmask placeholder="${word}">
    <input class="echo" type="button" value="${word}">
    <select class="echo"><option>${word}</option></select>
    <img class="echo" alt="${word}" width="160" height="30">
    <p id="changing">Nothing yet</p><div id="open"></div>
    <iframe width="300" height="40" srcdoc='<body style="margin:0"><b style="background:${MAGENTA};color:${MAGENTA}">${word}</b>'></iframe>`;
  return echoes;
}

const frames = (): Promise<number> => new Promise((resolve) => requestAnimationFrame(resolve));

type Pixels = Pick<DecodedFrame, 'width' | 'height' | 'masked' | 'shown'>;

export function countPixels(
  width: number,
  height: number,
  draw: (context: OffscreenCanvasRenderingContext2D) => void,
): Pixels {
  const context = new OffscreenCanvas(width, height).getContext('2d', { willReadFrequently: true });
  if (context === null) throw new Error('No canvas.');
  draw(context);
  const { data } = context.getImageData(0, 0, width, height);
  let [masked, shown] = [0, 0];
  for (let at = 0; at < data.length; at += 4) {
    const [r = 0, g = 0, b = 0] = data.subarray(at, at + 3);
    if (r > 170 && g < 110 && b > 170) masked++;
    else if (r < 90 && g > 160 && b > 180) shown++;
  }
  return { width, height, masked, shown };
}

/** In ms, as a player sees it; Infinity for a file that was never finished. */
async function lengthOf(webm: Uint8Array<ArrayBuffer>): Promise<number> {
  const video = document.createElement('video');
  const url = URL.createObjectURL(new Blob([webm], { type: 'video/webm' }));
  try {
    const ready = new Promise((resolve, reject) => {
      video.onloadedmetadata = resolve;
      video.onerror = reject;
    });
    video.src = url;
    await ready;
    return video.duration * 1000;
  } finally {
    URL.revokeObjectURL(url);
  }
}

async function decode(segment: Segment, stored: Uint8Array<ArrayBuffer>): Promise<DecodedFile> {
  const input = new Input({ formats: [WEBM], source: new BlobSource(new Blob([stored])) });
  const track = await input.getPrimaryVideoTrack();
  if (track === null) throw new Error('A file of the screen lane has no video.');
  const decoded: DecodedFrame[] = [];
  for await (const sample of new VideoSampleSink(track).samples()) {
    const pixels = countPixels(sample.displayWidth, sample.displayHeight, (context) => {
      sample.draw(context, 0, 0);
    });
    decoded.push({ atMs: sample.timestamp * 1000, durationMs: sample.duration * 1000, ...pixels });
    sample.close();
  }
  return {
    segment,
    codec: await track.getCodec(),
    durationMs: await lengthOf(stored),
    frames: decoded,
  };
}

let ticking: ReturnType<typeof setInterval> | undefined;
let asked = 0;
let track: MediaStreamTrack | undefined;
let nextAnswer: 'denial' | 'another surface' | undefined;

const { mediaDevices } = navigator;
const getDisplayMedia = mediaDevices.getDisplayMedia.bind(mediaDevices);
mediaDevices.getDisplayMedia = async (options) => {
  asked++;
  const answer = nextAnswer;
  nextAnswer = undefined;
  if (answer === 'denial') throw new DOMException('Permission denied', 'NotAllowedError');
  // A browser without a screen has this page alone to give: it is given in its place.
  const own: DisplayMediaStreamOptions & { preferCurrentTab: boolean } = { video: true, preferCurrentTab: true };
  const stream = await getDisplayMedia(answer === 'another surface' ? own : options);
  track = stream.getVideoTracks()[0];
  if (answer === 'another surface') Object.assign(track ?? {}, { getCaptureHandle: () => null });
  return stream;
};

const page: ScreenPage = {
  get asked() {
    return asked;
  },
  get screen() {
    return recorder.screen;
  },
  get state() {
    return recorder.state;
  },

  async scroll(ms, px) {
    const until = performance.now() + ms;
    let direction = 1;
    while (performance.now() < until) {
      if (scrollY + innerHeight >= document.body.scrollHeight - px) direction = -1;
      if (scrollY < px) direction = 1;
      scrollBy(0, direction * px);
      await frames();
    }
  },

  animate(isOn) {
    const moving = document.querySelector<HTMLElement>('#moving');
    if (moving === null) return;
    moving.hidden = !isOn;
    moving.classList.toggle('gliding', isOn);
  },

  async echo(ms) {
    const field = document.createElement('input');
    field.dataset['fluxrecMask'] = '';
    field.style.cssText = 'position:fixed;top:8px;right:8px;z-index:4';
    const word = 'Quillfeather 4711';
    document.body.append(field);
    for (let length = 1; length <= word.length; length++) {
      field.value = word.slice(0, length);
      field.dispatchEvent(new InputEvent('input', { bubbles: true, composed: true }));
      await frames();
    }
    const echoes = echoesOf(word);
    document.body.append(echoes);
    const root = echoes.querySelector('#open')?.attachShadow({ mode: 'open' });
    const changing = echoes.querySelector('#changing')?.firstChild as Text;
    const until = performance.now() + ms;
    for (let turn = 0; performance.now() < until; turn++) {
      const isShown = turn % 80 < 40;
      changing.data = isShown ? word.toUpperCase() : 'Nothing now';
      changing.parentElement?.classList.toggle('echo', isShown);
      root?.replaceChildren();
      if (isShown && root !== undefined) {
        const shown = document.createElement('b');
        shown.style.cssText = `background:${MAGENTA};color:${MAGENTA}`;
        shown.textContent = encodeURIComponent(word);
        root.append(shown);
      }
      await frames();
    }
  },

  async block(ms, eachMs) {
    const until = performance.now() + ms;
    while (performance.now() < until) {
      const blockedUntil = performance.now() + eachMs;
      while (performance.now() < blockedUntil);
      await new Promise((resolve) => setTimeout(resolve, 60));
    }
  },

  tick(isOn) {
    clearInterval(ticking);
    const clock = document.querySelector('#clock');
    if (isOn && clock !== null) ticking = setInterval(() => (clock.textContent = String(performance.now())), 100);
  },

  async recorded() {
    const { lines } = await host.recorded();
    const files: DecodedFile[] = [];
    for (const { segment, stored } of host.rows) {
      if (segment.lane === 'screen') files.push(await decode(segment, stored));
    }
    const events = lines.flatMap(({ lane, line }) => (lane === 'dom' ? [] : [line as LaneEvent]));
    return { files: files.sort((a, b) => a.segment.startMonoMs - b.segment.startMonoMs), events };
  },

  async wipe() {
    const wipe = crypto.randomUUID();
    host.emit('wipe', { wipe });
    await host.until('wiped', (input) => input['wipe'] === wipe);
  },

  setPaused(paused) {
    recorder.setPaused(paused);
  },

  stop() {
    return recorder.stopScreen();
  },

  async screenshot() {
    const png = await recorder.screenshot();
    if (png === undefined) return undefined;
    const image = await createImageBitmap(png);
    return countPixels(image.width, image.height, (context) => {
      context.drawImage(image, 0, 0);
    });
  },

  answerWith(answer) {
    nextAnswer = answer;
  },

  endCapture() {
    track?.stop();
    track?.dispatchEvent(new Event('ended'));
  },
};

globalThis.screenPage = page;
export const host = new HostDouble(new URLSearchParams(location.search).get('session') ?? undefined);
// First, as in every app: what is put into closed shadow roots before cannot be found any more.
const recorder = startRecorder({ host });
build();
