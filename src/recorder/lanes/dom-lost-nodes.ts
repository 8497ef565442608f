import { isElement } from '../masking/fields.js';
import type { MutationData } from '../masking/snapshot-masking.js';

/** What rrweb does not look into. */
const UNREAD: ReadonlySet<string> = new Set([
  'iframe',
  'noscript',
  'object',
  'script',
  'style',
  'template',
  'textarea',
]);
/** rrweb keeps the size only of what is blocked, and of nothing else. */
const BLOCKED_SIZE = 'rr_width';

export interface RecordedNodes {
  readonly nodeOf: (id: number) => Node | null;
  /** −1 for a node that rrweb never saw, −2 for one that it leaves out on purpose. */
  readonly idOf: (node: Node) => number;
}

/**
 * Whether rrweb lost a node over a mutation. It does where a node is wrapped into a new parent and something around both is moved in the
 * same turn, as libraries do that build a table of a table: rrweb 2.2.2 takes the node for one that went away with what was moved.
 */
export function hasLostNode({ adds, removes }: MutationData, recorded: RecordedNodes): boolean {
  if (removes.length === 0) return false;
  return adds.some(({ node }) => {
    if (node.attributes !== undefined && BLOCKED_SIZE in node.attributes) return false;
    const parent = recorded.nodeOf(node.id);
    if (!isElement(parent) || UNREAD.has(parent.localName)) return false;
    for (const child of parent.childNodes) {
      if (child.nodeType !== Node.ELEMENT_NODE && child.nodeType !== Node.TEXT_NODE) continue;
      const id = recorded.idOf(child);
      if (id === -1 || (id > 0 && recorded.nodeOf(id) !== child)) return true;
    }
    return false;
  });
}
