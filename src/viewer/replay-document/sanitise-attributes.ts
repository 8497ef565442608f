import { parsePictureSize, PICTURE_SIZE_ATTRIBUTE } from '../../shared/session/picture-size.js';
import { pictureOfSize } from './picture-place.js';
import { sanitiseCss, sanitiseSheet } from './sanitise-css.js';

/** A value as rrweb writes attributes: a string, a number for rr_ positions, true for those without a value. */
export type AttributeValue = string | number | boolean | null;
export type Attributes = Record<string, AttributeValue>;

const DATA_MEDIA = /^\s*data:(image|audio|video)\//i;
const DATA_IMAGE = /^\s*data:image\//i;
/** Stands where a picture was that is not in the recording, nor how large it was. */
const NO_PICTURE = pictureOfSize({ width: 24, height: 24 });
/** Keeps a link a link for style sheets; it cannot be followed (the frame is inert). */
const NO_TARGET = 'about:blank';

/** These could start a fetch, a look-up of a name, a navigation, a script or a policy, or hide a frame from the replayer. */
const DROPPED = new Set([
  'action',
  'allow',
  'archive',
  'attributionsrc',
  'autofocus',
  'autoplay',
  'classid',
  'code',
  'codebase',
  'content',
  'credentialless',
  'csp',
  'data',
  'dynsrc',
  PICTURE_SIZE_ATTRIBUTE,
  'formaction',
  'http-equiv',
  'imagesrcset',
  'integrity',
  'longdesc',
  'lowsrc',
  'manifest',
  'nonce',
  'ping',
  'profile',
  'sandbox',
  'srcdoc',
  'srcset',
  'xml:base',
]);
const DROPPED_OF_FRAMES = new Set(['loading', 'name', 'src']);
const KEPT_OF_LINKS = new Set(['_cssText', 'class', 'disabled', 'id', 'media', 'title', 'type']);
/** rrweb's own: what its replayer does something with. Media stay silent: their sources are not in the recording. */
const KEPT_RRWEB = new Set(['rr_height', 'rr_open_mode', 'rr_scrollLeft', 'rr_scrollTop', 'rr_width']);
/** Long and frequent, and never an address: not looked at more closely. */
const PLAIN = new Set(['alt', 'class', 'id', 'placeholder', 'role', 'title', 'type', 'value']);

/** One attribute as it may be replayed; undefined leaves it out. `tag`: lower case, without prefix. */
export function sanitiseAttribute(tag: string, name: string, value: AttributeValue): AttributeValue | undefined {
  if (PLAIN.has(name)) return value;
  const lower = name.toLowerCase();
  if (lower.startsWith('rr_')) return sanitiseRrweb(name, value);
  if (/^on/.test(lower) || DROPPED.has(lower)) return undefined;
  if (tag === 'meta' || tag === 'base') return undefined;
  if (tag === 'link' && !KEPT_OF_LINKS.has(name)) return undefined;
  if (tag === 'iframe' && DROPPED_OF_FRAMES.has(lower)) return undefined;
  if (typeof value !== 'string') return value;
  switch (lower) {
    case 'src':
      if (DATA_MEDIA.test(value)) return value;
      return tag === 'img' ? NO_PICTURE : undefined;
    case 'poster':
    case 'background':
      return DATA_IMAGE.test(value) ? value : undefined;
    case 'href':
    case 'xlink:href':
      return sanitiseReference(tag, value);
    case 'attributename':
      // An animation of an address.
      return /href|src/i.test(value) ? undefined : value;
    default:
      if (name === '_cssText') return sanitiseSheet(value);
      // `style`, `fill`, `mask`, `filter`, `cursor` ...: whatever could be CSS is treated as such.
      return lower.startsWith('data-') || lower.startsWith('aria-') ? value : sanitiseCss(value);
  }
}

function sanitiseRrweb(name: string, value: AttributeValue): AttributeValue | undefined {
  if (name === 'rr_dataURL') return typeof value === 'string' && DATA_IMAGE.test(value) ? value : undefined;
  return KEPT_RRWEB.has(name) ? value : undefined;
}

function sanitiseReference(tag: string, value: string): string | undefined {
  if (tag === 'a' || tag === 'area') return NO_TARGET;
  if (/^\s*#/.test(value)) return value;
  return (tag === 'image' || tag === 'feimage') && DATA_IMAGE.test(value) ? value : undefined;
}

function isAttributeValue(value: unknown): value is AttributeValue {
  return value === null || typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean';
}

/** All attributes of an element that is built. Anything that is not a table of plain values counts as none. */
export function sanitiseAttributes(tag: string, attributes: unknown): Attributes {
  const kept: Attributes = {};
  if (typeof attributes !== 'object' || attributes === null) return kept;
  for (const [name, value] of Object.entries(attributes)) {
    if (!isAttributeValue(value)) continue;
    const safe = sanitiseAttribute(tag, name, value);
    if (safe !== undefined) kept[name] = safe;
  }
  keepPlace(tag, attributes as Attributes, kept);
  return kept;
}

/** What stands where a picture was takes the room that the picture took. A video takes it from its poster. */
function keepPlace(tag: string, recorded: Attributes, kept: Attributes): void {
  const size = tag === 'img' || tag === 'video' ? parsePictureSize(recorded[PICTURE_SIZE_ATTRIBUTE]) : undefined;
  if (size === undefined) return;
  const name = tag === 'img' ? 'src' : 'poster';
  const isRecorded = typeof kept[name] === 'string' && kept[name] !== NO_PICTURE;
  if (!isRecorded) kept[name] = pictureOfSize(size);
}

/** A change of attributes: as above, and `style` may be a table of properties (a value, a value and its priority, or false). */
export function sanitiseAttributeChange(tag: string, attributes: unknown): Record<string, unknown> {
  const kept: Record<string, unknown> = sanitiseAttributes(tag, attributes);
  if (typeof attributes !== 'object' || attributes === null) return kept;
  const { style } = attributes as { style?: unknown };
  if (typeof style !== 'object' || style === null) return kept;
  const properties: Record<string, string | false | [string, string]> = {};
  for (const [property, value] of Object.entries(style) as [string, unknown][]) {
    if (value === false) properties[property] = false;
    else if (typeof value === 'string') properties[property] = sanitiseCss(value);
    else if (Array.isArray(value) && typeof value[0] === 'string' && typeof value[1] === 'string') {
      properties[property] = [sanitiseCss(value[0]), value[1]];
    }
  }
  kept['style'] = properties;
  return kept;
}
