import { CONNECT, type ChainData, type FromDocument, type ScreenFacts, type ToDocument } from './messages.js';
import { ReplayError, type ReplayErrorCode } from './replay-error.js';
import { placeFrame, whenLoaded, type FramePlace } from './replay-frame.js';

/** A document that has not answered by then is not there: its first script is some 80 KB. */
const CONNECT_TIMEOUT_MS = 20_000;

export type ReplaySurfaceOptions = FramePlace;

/** `superseded`: a newer request took its place before it was shown. */
export type ShowResult = ({ readonly kind: 'shown' } & ScreenFacts) | { readonly kind: 'superseded' };

/** A screen that was built ahead. */
export interface PreparedScreen {
  readonly id: number;
}

interface Waiting {
  resolve(result: ShowResult): void;
  reject(error: Error): void;
}

/**
 * A recorded page, replayed in a document of its own that nothing leaves. It knows one dom chain at a time and no source:
 * `ReplayDirector` feeds it. Methods that show something resolve when it has been painted; they reject with ReplayError.
 */
export class ReplaySurface {
  /** The document is there and listens. */
  readonly ready: Promise<void>;
  readonly element: HTMLIFrameElement;
  readonly #port: MessagePort;
  readonly #waiting = new Map<number, Waiting>();
  readonly #frameListeners = new Set<(atMs: number) => void>();
  readonly #failureListeners = new Set<(error: ReplayError) => void>();
  #lastId = 0;
  #screen = 0;
  #isDisposed = false;
  #connected!: () => void;
  #missing!: (error: ReplayError) => void;

  constructor(options: ReplaySurfaceOptions) {
    const { port1, port2 } = new MessageChannel();
    this.#port = port1;
    port1.onmessage = ({ data }: MessageEvent<FromDocument>) => {
      this.#hear(data);
    };
    this.ready = new Promise((resolve, reject) => {
      this.#connected = resolve;
      this.#missing = reject;
    });
    this.ready.catch(() => undefined); // Whoever shows something hears of it.
    const timer = setTimeout(() => {
      this.#missing(new ReplayError('replay-document-missing'));
      this.#rejectAll(new ReplayError('replay-document-missing'));
    }, CONNECT_TIMEOUT_MS);
    void this.ready.then(
      () => {
        clearTimeout(timer);
      },
      () => undefined,
    );

    this.element = placeFrame(options);
    whenLoaded(this.element, () => {
      this.element.contentWindow?.postMessage(CONNECT, location.origin, [port2]);
    });
  }

  /** Shows a chain, or as much of it as is there, at a moment of report time. The chunks' bytes go over to the document. */
  show(chain: ChainData, atMs: number): Promise<ShowResult> {
    const id = this.#nextId();
    this.#screen = id;
    const chunks = movable(chain.chunks);
    return this.#ask({ type: 'show', id, chain: { ...chain, chunks }, atMs }, chunks);
  }

  /**
   * Shows a chain that is still being recorded, at its newest moment; what `extend` brings is shown at once. Its events must come in
   * their order and at rising times, and it is never gone back in: the bytes are not kept.
   */
  showLive(chain: ChainData): Promise<ShowResult> {
    const id = this.#nextId();
    this.#screen = id;
    const chunks = movable(chain.chunks);
    return this.#ask({ type: 'show-live', id, chain: { ...chain, chunks } }, chunks);
  }

  /** Builds the next chain behind the one that is shown. */
  async prepare(chain: ChainData): Promise<PreparedScreen | undefined> {
    const id = this.#nextId();
    const chunks = movable(chain.chunks);
    const result = await this.#ask({ type: 'prepare', id, chain: { ...chain, chunks } }, chunks);
    return result.kind === 'shown' ? { id } : undefined;
  }

  /** Swaps to what was prepared, within one frame. */
  promote(prepared: PreparedScreen, atMs: number): Promise<ShowResult> {
    const id = this.#nextId();
    this.#screen = prepared.id;
    return this.#ask({ type: 'promote', id, prepared: prepared.id, atMs });
  }

  /** More of the chain that is shown, or of the one that is prepared. */
  extend(chunks: readonly Uint8Array<ArrayBuffer>[], prepared?: PreparedScreen): void {
    const more = movable(chunks);
    this.#post({ type: 'extend', screen: prepared?.id ?? this.#screen, chunks: more }, more);
  }

  /** Goes to a moment of the chain that is shown. */
  seek(atMs: number): Promise<ShowResult> {
    return this.#ask({ type: 'seek', id: this.#nextId(), atMs });
  }

  /** Plays from a moment on, near the one that is shown; `follow` keeps it in step. Also changes the speed. */
  play(speed: number, atMs: number): void {
    this.#post({ type: 'play', speed, atMs });
  }

  /** Stands still at a moment, near the one that is shown. */
  pause(atMs: number): void {
    this.#post({ type: 'pause', atMs });
  }

  /** The playback clock's time, at each frame while it plays. */
  follow(atMs: number): void {
    this.#post({ type: 'follow', atMs });
  }

  /** Shows no page but says why. */
  clear(title: string, detail = ''): void {
    this.#rejectOlder();
    this.#post({ type: 'clear', title, detail });
  }

  /** Where the replay is, once per frame while it plays. */
  onFrame(listener: (atMs: number) => void): () => void {
    this.#frameListeners.add(listener);
    return () => this.#frameListeners.delete(listener);
  }

  /** What goes wrong while it plays; it stands still then. */
  onFailure(listener: (error: ReplayError) => void): () => void {
    this.#failureListeners.add(listener);
    return () => this.#failureListeners.delete(listener);
  }

  /** Takes the frame to another element with all that it shows. Only where the browser can move a frame: `moveBefore`. */
  moveTo(target: HTMLElement): void {
    target.moveBefore(this.element, null);
  }

  dispose(): void {
    this.#isDisposed = true;
    this.#rejectOlder();
    this.#port.close();
    this.element.remove();
  }

  #nextId(): number {
    this.#lastId += 1;
    return this.#lastId;
  }

  #ask(
    message: ToDocument & { readonly id: number },
    chunks: readonly Uint8Array<ArrayBuffer>[] = [],
  ): Promise<ShowResult> {
    if (this.#isDisposed) return Promise.resolve({ kind: 'superseded' });
    return new Promise((resolve, reject) => {
      this.#waiting.set(message.id, { resolve, reject });
      this.#post(message, chunks);
    });
  }

  /** Messages wait in the port until the document listens. */
  #post(message: ToDocument, chunks: readonly Uint8Array<ArrayBuffer>[] = []): void {
    this.#port.postMessage(
      message,
      chunks.map((chunk) => chunk.buffer),
    );
  }

  #hear(message: FromDocument): void {
    switch (message.type) {
      case 'ready':
        this.#connected();
        break;
      case 'frame':
        for (const listener of this.#frameListeners) listener(message.atMs);
        break;
      case 'shown':
      case 'prepared':
        this.#settle(message.id)?.resolve({ kind: 'shown', ...message.facts });
        break;
      case 'superseded':
        this.#settle(message.id)?.resolve({ kind: 'superseded' });
        break;
      case 'failed': {
        const error = new ReplayError(message.error.code as ReplayErrorCode);
        const waiting = this.#settle(message.id);
        if (waiting !== undefined) waiting.reject(error);
        else for (const listener of this.#failureListeners) listener(error);
      }
    }
  }

  #settle(id: number): Waiting | undefined {
    const waiting = this.#waiting.get(id);
    this.#waiting.delete(id);
    return waiting;
  }

  #rejectAll(error: ReplayError): void {
    for (const waiting of this.#waiting.values()) waiting.reject(error);
    this.#waiting.clear();
  }

  #rejectOlder(): void {
    for (const waiting of this.#waiting.values()) waiting.resolve({ kind: 'superseded' });
    this.#waiting.clear();
  }
}

/** A view of bytes that others hold as well is copied: what is transferred is gone for them. */
function movable(chunks: readonly Uint8Array<ArrayBuffer>[]): Uint8Array<ArrayBuffer>[] {
  return chunks.map((chunk) => (chunk.byteLength === chunk.buffer.byteLength ? chunk : chunk.slice()));
}
