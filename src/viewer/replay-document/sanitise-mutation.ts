import { isId, objectsIn, type Fields } from './recorded-fields.js';
import { sanitiseAttributeChange } from './sanitise-attributes.js';
import type { NodeSanitiser, SerialisedNode } from './sanitise-node.js';

// By hand and not by a schema: nine tenths of a recording are mutations, and the first frame waits for this.

/** What the replayer's `applyMutation` reads (rrweb's mutationData). */
export interface SafeMutation {
  readonly source: 0;
  readonly texts: { readonly id: number; readonly value: string }[];
  readonly attributes: { readonly id: number; readonly attributes: Record<string, unknown> }[];
  readonly removes: { readonly parentId: number; readonly id: number; readonly isShadow?: true }[];
  readonly adds: {
    readonly parentId: number;
    readonly nextId: number | null;
    readonly previousId?: number | null;
    readonly node: SerialisedNode;
  }[];
  readonly isAttachIframe?: true;
}

/** A mutation as it may be replayed. What cannot be understood of it is left out; the rest stands. */
export function sanitiseMutation(nodes: NodeSanitiser, data: Fields): SafeMutation {
  const adds = sanitiseAdds(nodes, [...objectsIn(data['adds'])]);
  const texts: SafeMutation['texts'] = [];
  for (const { id, value } of objectsIn(data['texts'])) {
    if (isId(id)) texts.push({ id, value: nodes.text(id, typeof value === 'string' ? value : '') });
  }
  const attributes: SafeMutation['attributes'] = [];
  for (const change of objectsIn(data['attributes'])) {
    const { id } = change;
    if (isId(id)) attributes.push({ id, attributes: sanitiseAttributeChange(nodes.tagOf(id), change['attributes']) });
  }
  const removes: SafeMutation['removes'] = [];
  for (const { parentId, id, isShadow } of objectsIn(data['removes'])) {
    if (isId(parentId) && isId(id)) removes.push({ parentId, id, ...(isShadow === true ? { isShadow } : {}) });
  }
  const isAttachIframe = data['isAttachIframe'] === true;
  return { source: 0, texts, attributes, removes, adds, ...(isAttachIframe ? { isAttachIframe } : {}) };
}

/** rrweb may name a child before its parent: each is checked after its parent, and answered in the order of the recording. */
function sanitiseAdds(nodes: NodeSanitiser, adds: readonly Fields[]): SafeMutation['adds'] {
  const byId = new Map<unknown, Fields>();
  for (const add of adds) byId.set((add['node'] as { id?: unknown } | null | undefined)?.id, add);
  const safe = new Map<Fields, SerialisedNode | undefined>();
  for (const add of adds) {
    const upwards: Fields[] = [];
    for (let at: Fields | undefined = add; at !== undefined && !safe.has(at);) {
      upwards.push(at);
      safe.set(at, undefined); // So that a circle ends.
      at = nodes.has(at['parentId']) ? undefined : byId.get(at['parentId']);
    }
    for (const one of upwards.reverse()) safe.set(one, nodes.added(one['node'], one['parentId']));
  }
  const kept: SafeMutation['adds'] = [];
  for (const [{ parentId, previousId, nextId }, node] of adds.map((add) => [add, safe.get(add)] as const)) {
    if (node === undefined || !isId(parentId)) continue;
    kept.push({
      parentId,
      nextId: isId(nextId) ? nextId : null,
      ...(isId(previousId) ? { previousId } : {}),
      node,
    });
  }
  return kept;
}
