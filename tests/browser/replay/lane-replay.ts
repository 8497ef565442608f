import { domLane } from '../../../src/recorder/lanes/dom.js';
import type { DomEvent } from '../../../src/shared/session/lane.js';
import type { ChainData } from '../../../src/viewer/replay/messages.js';
import { ReplaySurface } from '../../../src/viewer/replay/surface.js';
import { STARTED_MS } from '../../unit/viewer/make-bundle.js';
import { LaneDouble, wait } from '../recorder/lane-double.js';
import { ndjson } from './recording.js';

const clock: ChainData['clock'] = {
  originMs: STARTED_MS,
  anchors: [{ monoMs: 0, sessionMs: 0, wallMs: STARTED_MS, uncertaintyMs: 0 }],
  offsetMs: 0,
};
/** rrweb and the recorder look a turn later. */
const TOLD_MS = 40;

export interface LaneMoment {
  readonly ms: number;
  /** What was looked at. */
  readonly seen: string;
}

/** From the recorder's dom lane to the replay: the same is looked at in this page, while it is recorded, and in the replayed one. */
export class LaneReplay {
  readonly lane = new LaneDouble();
  readonly #look: (document: Document) => string;
  #surface: ReplaySurface | undefined;

  constructor(look: (document: Document) => string) {
    this.#look = look;
  }

  /** Records a page, which is prepared first, from the beginning through some steps. */
  async record(html: string, prepare: () => void, steps: readonly (() => void)[]): Promise<LaneMoment[]> {
    document.body.innerHTML = `<main>${html}</main>`;
    prepare();
    this.lane.start(domLane);
    const moments: LaneMoment[] = [];
    for (const step of [() => undefined, ...steps]) {
      step();
      await wait(TOLD_MS);
      moments.push({ ms: performance.now(), seen: this.#look(document) });
      await wait(TOLD_MS);
    }
    this.lane.stop();
    document.body.replaceChildren();
    return moments;
  }

  /** The last checkout's chain: each moment in a document of its own, or one after the other in one. */
  async replay(moments: readonly LaneMoment[], way: 'jumps' | 'goes on'): Promise<LaneMoment[]> {
    const from = this.lane.domEvents.findLastIndex(({ type }) => type === 4);
    const dated = (event: DomEvent): DomEvent => ({ ...event, timestamp: STARTED_MS + event.timestamp });
    // Its bytes go to the document, and are no more here.
    const chain = (): ChainData => ({ clock, chunks: [ndjson(this.lane.domEvents.slice(from).map(dated))] });
    const target = document.body.appendChild(document.createElement('div'));
    target.style.cssText = 'width:640px;height:400px';
    this.#surface = new ReplaySurface({ target, documentUrl: '/src/viewer/replay.html' });
    const shown: LaneMoment[] = [];
    for (const { ms } of moments) {
      if (way === 'jumps' || shown.length === 0) await this.#surface.show(chain(), ms);
      else await this.#surface.seek(ms);
      const frame = this.#surface.element.contentDocument?.querySelector<HTMLIFrameElement>('.screen.shown iframe');
      if (frame?.contentDocument == null) throw new Error('Nothing is replayed.');
      shown.push({ ms, seen: this.#look(frame.contentDocument) });
    }
    return shown;
  }

  close(): void {
    this.lane.stop();
    this.#surface?.element.parentElement?.remove();
    this.#surface?.dispose();
    document.body.replaceChildren();
    document.adoptedStyleSheets = [];
  }
}
