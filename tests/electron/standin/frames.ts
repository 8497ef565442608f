import type { WebFrameMain } from 'electron';
import type { CDPSession } from 'playwright-core';
import { encode } from './codec.js';
import { fromWeb, originOf } from './origins.js';
import { strict } from './strict.js';
import { PRELOAD_WORLD, RECEIVE, type ToPreload } from './worlds/messages.js';

/** The `Page.Frame` of the DevTools protocol, as far as it is used. */
export interface CdpFrame {
  readonly id: string;
  readonly parentId?: string;
  readonly url: string;
  readonly securityOrigin: string;
  readonly unreachableUrl?: string;
}

let lastNode = 0;

/** One frame of a page: the same as long as it hosts documents. */
export class StandInFrame {
  readonly electron: WebFrameMain;
  readonly parent: StandInFrame | undefined;
  readonly #cdp: CDPSession;
  #origin = 'null';
  #url = '';
  #isDestroyed = false;
  /** The preload's world of the document that is shown now. */
  world: number | undefined;

  constructor(cdp: CDPSession, parent: StandInFrame | undefined) {
    lastNode += 1;
    const node = lastNode;
    this.#cdp = cdp;
    this.parent = parent;
    const frame = (): { origin: string; url: string; isDestroyed: boolean } => ({
      origin: this.#origin,
      url: this.#url,
      isDestroyed: this.#isDestroyed,
    });
    this.electron = strict<WebFrameMain>('WebFrameMain', {
      frameTreeNodeId: node,
      parent: parent?.electron ?? null,
      detached: false,
      get origin() {
        return frame().origin;
      },
      get url() {
        return frame().url;
      },
      isDestroyed: () => frame().isDestroyed,
      send: (channel, ...values: unknown[]) => {
        if (this.#isDestroyed) throw new Error('Render frame was disposed before WebFrameMain could be accessed');
        this.post({ type: 'event', channel, values });
      },
    });
  }

  /** What cannot be cloned throws here, as in Electron; a document that is gone hears nothing. */
  post(message: ToPreload): void {
    const text = encode(message);
    if (this.world === undefined) return;
    const expression = `${RECEIVE}(${JSON.stringify(text)})`;
    this.#cdp.send('Runtime.evaluate', { contextId: this.world, expression }).catch(() => undefined);
  }

  navigated({ url, securityOrigin }: CdpFrame): void {
    this.#url = fromWeb(url);
    this.#origin = originOf(securityOrigin);
  }

  destroy(): void {
    this.#isDestroyed = true;
    this.world = undefined;
  }
}

/** The frames of one page, kept up to date by the DevTools protocol's events. */
export class Frames {
  readonly #cdp: CDPSession;
  readonly #byId = new Map<string, StandInFrame>();
  #mainId = '';

  constructor(cdp: CDPSession) {
    this.#cdp = cdp;
  }

  async start(): Promise<void> {
    const { frameTree } = await this.#cdp.send('Page.getFrameTree');
    this.#mainId = frameTree.frame.id;
    this.add(frameTree.frame.id, undefined).navigated(frameTree.frame);
    this.#cdp.on('Page.frameAttached', ({ frameId, parentFrameId }) => {
      this.add(frameId, parentFrameId);
    });
    this.#cdp.on('Page.frameDetached', ({ frameId, reason }) => {
      if (reason !== 'remove') return;
      this.#byId.get(frameId)?.destroy();
      this.#byId.delete(frameId);
    });
    this.#cdp.on('Runtime.executionContextCreated', ({ context }) => {
      const { frameId } = (context.auxData ?? {}) as { frameId?: string };
      const frame = this.#byId.get(frameId ?? '');
      if (context.name === PRELOAD_WORLD && frame !== undefined) frame.world = context.id;
    });
  }

  get main(): StandInFrame {
    const frame = this.#byId.get(this.#mainId);
    if (frame === undefined) throw new Error('stand-in: the page has no frame yet');
    return frame;
  }

  isMain(id: string): boolean {
    return id === this.#mainId;
  }

  get(id: string): StandInFrame | undefined {
    return this.#byId.get(id);
  }

  ofWorld(world: number): StandInFrame | undefined {
    return [...this.#byId.values()].find((frame) => frame.world === world);
  }

  add(id: string, parentId: string | undefined): StandInFrame {
    const known = this.#byId.get(id);
    if (known !== undefined) return known;
    const frame = new StandInFrame(this.#cdp, parentId === undefined ? undefined : this.#byId.get(parentId));
    this.#byId.set(id, frame);
    return frame;
  }

  destroy(): void {
    for (const frame of this.#byId.values()) frame.destroy();
  }
}
