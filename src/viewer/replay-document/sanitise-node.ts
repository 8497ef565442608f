import { sanitiseAttributes, type Attributes } from './sanitise-attributes.js';
import { sanitiseSheet } from './sanitise-css.js';

// rrweb's serialised nodes (rrweb-snapshot, NodeType), as far as the replayer reads them.
const DOCUMENT = 0;
const DOCUMENT_TYPE = 1;
const ELEMENT = 2;
const TEXT = 3;
const CDATA = 4;
const COMMENT = 5;

export interface SerialisedNode {
  type: number;
  id: number;
  rootId?: number;
  tagName?: string;
  attributes?: Attributes;
  childNodes?: SerialisedNode[];
  textContent?: string;
  isSVG?: true;
  isCustom?: true;
  isShadowHost?: true;
  isShadow?: true;
  isStyle?: true;
  name?: string;
  publicId?: string;
  systemId?: string;
  compatMode?: string;
}

/** Deeper than any page that people write; a browser's style and layout walk down recursively. HTML parsers stop at 512. */
const MAX_DEPTH = 512;
const TAG = /^[a-z][a-z0-9:._-]{0,127}$/i;
const CUSTOM_TAG = /^[a-z][a-z0-9._]*-[a-z0-9._-]*$/;
const NOT_CUSTOM = /^(annotation-xml|color-profile|font-face(-src|-uri|-format|-name)?|missing-glyph)$/;
/** Elements that may have a shadow root (DOM, attachShadow), besides custom ones. */
const SHADOW_HOSTS = new Set(
  'article aside blockquote body div footer h1 h2 h3 h4 h5 h6 header main nav p section span'.split(' '),
);
/** Marks what the recorder blocked, for the screen's style. */
export const BLOCKED_MARK = 'data-fluxrec-blocked';
/** Loads another document or a plug-in: an empty box takes its place. */
const BOXED = new Set('applet embed fencedframe frame frameset object portal webview'.split(' '));

/**
 * What is known of the nodes that a recording has built so far: which tag an id is, and where it hangs. Makes a stranger's
 * tree one that the replayer can build: known types only, bounded depth, no cycles, no script, nothing that fetches.
 */
export class NodeSanitiser {
  readonly #nodes = new Map<number, { tag: string; parent: number }>();
  /** Elements that have a shadow root as far as the replayer is told. */
  readonly #hosts = new Set<number>();
  #repeated = 0;

  /** The root of a full snapshot; undefined when it is none. */
  root(value: unknown): SerialisedNode | undefined {
    this.#nodes.clear();
    this.#hosts.clear();
    const node = asNode(value);
    return node?.type === DOCUMENT ? this.#tree(node, 0, 0) : undefined;
  }

  has(id: unknown): boolean {
    return this.#nodes.has(id as number);
  }

  /** A node that is added under `parentId`; undefined when it must not be. */
  added(value: unknown, parentId: unknown): SerialisedNode | undefined {
    const node = asNode(value);
    const parent = this.#nodes.get(parentId as number);
    if (node === undefined || parent === undefined || typeof parentId !== 'number') return undefined;
    if (node.type === DOCUMENT) {
      if (parent.tag !== 'iframe') return undefined;
      // A frame is recorded empty first and again, under the same id, once it has loaded. The replayer (2.1.6) takes two
      // documents of one id and compatMode for the same and leaves the frame empty; it reads no other value than BackCompat.
      if (this.#nodes.has(node.id)) node.compatMode = `again ${(this.#repeated += 1)}`;
    }
    const depth = this.#depthUnder(parentId, node.id);
    return depth === undefined ? undefined : this.#tree(node, parentId, depth);
  }

  /** Tag in lower case; empty for what is not an element or not known. */
  tagOf(id: number): string {
    return this.#nodes.get(id)?.tag ?? '';
  }

  /**
   * Answers whether an element may have a shadow root that the replayer was not told of: rrweb tells of one with what is in it, and so
   * not of one that was attached later and is empty. From now on it counts as told.
   */
  needsShadow(id: number): boolean {
    const tag = this.tagOf(id);
    if (this.#hosts.has(id) || !(isCustomTag(tag) || SHADOW_HOSTS.has(tag))) return false;
    this.#hosts.add(id);
    return true;
  }

  /** The text of a node as it is replayed: CSS where it is a style element's. */
  text(id: number, text: string): string {
    return this.tagOf(this.#nodes.get(id)?.parent ?? -1) === 'style' ? sanitiseSheet(text) : text;
  }

  /** Depth of a place under `parentId`; undefined when it is too deep, or within the node `id` itself. */
  #depthUnder(parentId: number, id: number): number | undefined {
    let at: number | undefined = parentId;
    for (let depth = 1; depth < MAX_DEPTH; depth += 1) {
      if (at === id) return undefined;
      at = this.#nodes.get(at)?.parent;
      if (at === undefined || at === 0) return depth;
    }
    return undefined;
  }

  /** Cleans a tree in place. With a stack of its own: a stranger's tree may be deeper than the engine's. */
  #tree(root: SerialisedNode, parentId: number, rootDepth: number): SerialisedNode {
    const stack: { node: SerialisedNode; parent: number; depth: number }[] = [
      { node: root, parent: parentId, depth: rootDepth },
    ];
    for (let next = stack.pop(); next !== undefined; next = stack.pop()) {
      const { node, parent, depth } = next;
      this.#clean(node, parent);
      if (node.type !== ELEMENT && node.type !== DOCUMENT) continue;
      const children: SerialisedNode[] = [];
      for (const value of Array.isArray(node.childNodes) && depth < MAX_DEPTH ? node.childNodes : []) {
        const child = asNode(value);
        if (child === undefined || child.type === DOCUMENT || child.id === node.id) continue;
        children.push(child);
        stack.push({ node: child, parent: node.id, depth: depth + 1 });
      }
      node.childNodes = children;
    }
    return root;
  }

  #clean(node: SerialisedNode, parent: number): void {
    let tag = '';
    if (node.type === ELEMENT) tag = cleanElement(node);
    this.#nodes.set(node.id, { tag, parent });
    if (node.isShadowHost === true) this.#hosts.add(node.id);
    else this.#hosts.delete(node.id);
    if (node.isShadow === true) this.#hosts.add(parent);
    if (node.type === DOCUMENT_TYPE) {
      node.name = /^[a-z][a-z0-9.-]*$/i.test(asText(node.name)) ? asText(node.name) : 'html';
      node.publicId = asText(node.publicId);
      node.systemId = asText(node.systemId);
    } else if (node.type === CDATA) {
      // An HTML document cannot hold one; nor does rrweb record its text.
      node.type = TEXT;
      node.textContent = '';
    } else if (node.type === TEXT || node.type === COMMENT) {
      const text = asText(node.textContent);
      node.textContent = node.isStyle === true || this.tagOf(parent) === 'style' ? sanitiseSheet(text) : text;
    }
  }
}

function isCustomTag(tag: string): boolean {
  return CUSTOM_TAG.test(tag) && !NOT_CUSTOM.test(tag);
}

/** Cleans an element in place and answers its tag for rules: lower case, without prefix, as it will be built. */
function cleanElement(node: SerialisedNode): string {
  const name = asText(node.tagName);
  let tag = name.slice(name.lastIndexOf(':') + 1).toLowerCase();
  if (!TAG.test(name) || BOXED.has(tag)) {
    node.tagName = tag = 'div';
    delete node.isSVG;
  } else if (tag === 'script') {
    node.tagName = tag = 'noscript';
    node.attributes = {};
    node.childNodes = [];
    delete node.isSVG;
  } else if (node.isSVG !== true) {
    node.tagName = name.toLowerCase();
  }
  node.attributes = sanitiseAttributes(tag, node.attributes);
  // Of a blocked element rrweb keeps class and size only, and these two on no other element.
  if ('rr_width' in node.attributes && 'rr_height' in node.attributes) node.attributes[BLOCKED_MARK] = '';
  // rrweb builds a linked sheet whose text it recorded as a style element.
  if (tag === 'link' && typeof node.attributes['_cssText'] === 'string') tag = 'style';
  const isCustom = isCustomTag(tag) && node.isSVG !== true;
  if (!isCustom) delete node.isCustom;
  if (!isCustom && !SHADOW_HOSTS.has(tag)) delete node.isShadowHost;
  return tag;
}

function asNode(value: unknown): SerialisedNode | undefined {
  if (typeof value !== 'object' || value === null) return undefined;
  const { type, id } = value as { type?: unknown; id?: unknown };
  if (
    !Number.isSafeInteger(id) ||
    !Number.isInteger(type) ||
    (type as number) < DOCUMENT ||
    (type as number) > COMMENT
  ) {
    return undefined;
  }
  return value as SerialisedNode;
}

function asText(value: unknown): string {
  return typeof value === 'string' ? value : '';
}
