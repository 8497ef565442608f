import type { DomEvent } from '../../shared/session/lane.js';
import { formatPictureSize, PICTURE_SIZE_ATTRIBUTE, type PictureSize } from '../../shared/session/picture-size.js';
import { INCREMENTAL, MUTATION } from '../../shared/session/rrweb-numbers.js';
import type { Guard } from '../page.js';

/** The attributes in which a change of an element's picture shows. */
const SOURCES = ['src', 'srcset'];

type Pictured = HTMLImageElement | HTMLVideoElement;
type Attributes = Record<string, unknown>;

// Elements of same-origin frames have classes of their own: names tell, `instanceof` does not.
function isPictured(node: Node | null): node is Pictured {
  const name = (node as Partial<Element> | null)?.localName;
  return name === 'img' || name === 'video';
}

/** Undefined while it is not known, and for pictures that are in the recording. */
function sizeOf(element: Pictured): PictureSize | undefined {
  if (element.currentSrc.startsWith('data:')) return undefined;
  const isImage = element.localName === 'img';
  const image = element as HTMLImageElement;
  const video = element as HTMLVideoElement;
  const size = isImage
    ? { width: image.naturalWidth, height: image.naturalHeight }
    : { width: video.videoWidth, height: video.videoHeight };
  if (size.width > 0 && size.height > 0) return size;
  // What an image without an address shows, a replay shows by itself.
  return isImage && image.complete && image.currentSrc !== '' ? size : undefined;
}

export interface PictureSizesOptions {
  readonly guard: Guard;
  readonly nodeOf: (id: number) => Node | null;
  readonly idOf: (node: Node) => number | undefined;
  readonly emit: (event: DomEvent) => void;
}

/** Notes how much room pictures take by themselves, with the events that have them or when they are there. */
export class PictureSizes {
  readonly #options: PictureSizesOptions;
  /** Listened to by themselves: `load` does not leave a shadow root, nor a frame. */
  readonly #awaited = new WeakSet<Pictured>();
  readonly #onLoad: (event: Event) => void;

  constructor(options: PictureSizesOptions) {
    this.#options = options;
    this.#onLoad = options.guard(({ currentTarget }: Event) => {
      this.#tell(currentTarget as Pictured);
    });
  }

  /** Of an element in a snapshot, or that was added. */
  noteElement(id: number, tagName: string, attributes: Attributes): void {
    if (tagName === 'img' || tagName === 'video') this.#note(id, attributes);
  }

  /** Of an element whose attributes changed. */
  noteChange(id: number, attributes: Attributes): void {
    if (SOURCES.some((name) => name in attributes)) this.#note(id, attributes);
  }

  #note(id: number, attributes: Attributes): void {
    const element = this.#options.nodeOf(id);
    if (!isPictured(element)) return;
    this.#await(element);
    const size = sizeOf(element);
    if (size !== undefined) attributes[PICTURE_SIZE_ATTRIBUTE] = formatPictureSize(size);
  }

  #await(element: Pictured): void {
    if (this.#awaited.has(element)) return;
    this.#awaited.add(element);
    const types = element.localName === 'img' ? ['load', 'error'] : ['loadedmetadata', 'resize'];
    for (const type of types) element.addEventListener(type, this.#onLoad);
  }

  #tell(element: Pictured): void {
    const { idOf, emit } = this.#options;
    const [id, size] = [idOf(element), sizeOf(element)];
    if (id === undefined || size === undefined) return;
    const attributes = [{ id, attributes: { [PICTURE_SIZE_ATTRIBUTE]: formatPictureSize(size) } }];
    const data = { source: MUTATION, texts: [], attributes, removes: [], adds: [] };
    emit({ type: INCREMENTAL, data, timestamp: 0 });
  }
}
