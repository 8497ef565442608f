import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { DomEvent } from '../../../../src/shared/session/lane.js';
import { foldMutations } from '../../../../src/viewer/replay-document/fold-mutations.js';

interface Node {
  type: number;
  id: number;
  tagName?: string;
  attributes?: Record<string, unknown>;
  childNodes?: Node[];
  textContent?: string;
  isShadow?: true;
  isShadowHost?: true;
}

const element = (id: number, tagName: string, childNodes: Node[] = [], attributes = {}): Node => ({
  type: 2,
  id,
  tagName,
  attributes,
  childNodes,
});
const text = (id: number, textContent: string): Node => ({ type: 3, id, textContent });
const META = { type: 4, data: { width: 800, height: 600 }, timestamp: 100 };

function checkout(...body: Node[]): DomEvent[] {
  const html = element(2, 'html', [element(3, 'head'), element(4, 'body', body)]);
  return [META, { type: 2, data: { node: { type: 0, id: 1, childNodes: [html] } }, timestamp: 101 }];
}

let later = 200;
const event = (source: number, data: object): DomEvent => ({
  type: 3,
  data: { source, ...data },
  timestamp: (later += 10),
});
const mutation = (changes: object): DomEvent =>
  event(0, { adds: [], removes: [], texts: [], attributes: [], ...changes });
const add = (parentId: number, nextId: number | null, node: Node) => ({ parentId, nextId, node });
const remove = (parentId: number, id: number, more = {}) => ({ parentId, id, ...more });

/** Of folded events: the body as short markup, and what is left to be told. */
function folded(events: DomEvent[]): { body: string; rest: DomEvent['data'][] } {
  const result = foldMutations(events);
  if (result === undefined) throw new Error('It was not folded.');
  const [meta, snapshot, ...rest] = result;
  expect(meta).toEqual(META);
  for (const { timestamp } of rest) expect(timestamp).toBe(META.timestamp);
  const html = (snapshot?.data['node'] as Node).childNodes?.[0];
  return { body: markup(html?.childNodes?.[1]), rest: rest.map(({ data }) => data) };
}

function markup(node: Node | undefined): string {
  if (node === undefined) return '';
  if (node.tagName === undefined) return node.textContent ?? '';
  const attributes = Object.entries(node.attributes ?? {}).map(([name, value]) => ` ${name}=${String(value)}`);
  return `<${node.tagName}${attributes.join('')}>${(node.childNodes ?? []).map(markup).join('')}</>`;
}

describe('what is folded into the checkout', () => {
  it('is where nodes come and go', () => {
    const { body, rest } = folded([
      ...checkout(element(5, 'ul', [element(6, 'li'), element(7, 'li')])),
      mutation({ adds: [add(5, 7, element(8, 'b')), add(8, null, text(9, 'new')), add(5, null, element(10, 'i'))] }),
      mutation({ removes: [remove(5, 6)] }),
    ]);
    expect(body).toBe('<body><ul><b>new</><li></><i></></></>');
    expect(rest).toEqual([]);
  });

  it('is a child that is told of before what it is in and what it stands before', () => {
    const { body } = folded([
      ...checkout(),
      mutation({ adds: [add(6, null, text(7, 'x')), add(4, 8, element(6, 'p')), add(4, null, element(8, 'hr'))] }),
    ]);
    expect(body).toBe('<body><p>x</><hr></></>');
  });

  it('is a node that moves with what it holds, and is a new one then', () => {
    const { body, rest } = folded([
      ...checkout(element(5, 'p', [element(6, 'input')]), element(7, 'div')),
      event(5, { id: 6, text: 'old', isChecked: false }),
      event(3, { id: 6, x: 0, y: 5 }),
      mutation({ attributes: [{ id: 6, attributes: { min: '3' } }] }),
      mutation({ removes: [remove(4, 5)], adds: [add(7, null, element(5, 'p')), add(5, null, element(6, 'input'))] }),
    ]);
    expect(body).toBe('<body><div><p><input></></></></>');
    expect(rest).toEqual([]);
  });

  it('are texts and plain attributes', () => {
    const { body, rest } = folded([
      ...checkout(element(5, 'p', [text(6, 'a')], { class: 'x', title: 't', style: 'color: red' })),
      mutation({ texts: [{ id: 6, value: 'b' }], attributes: [{ id: 5, attributes: { class: 'y', title: null } }] }),
      mutation({ texts: [{ id: 6, value: 'c' }], attributes: [{ id: 5, attributes: { style: 'color: blue' } }] }),
    ]);
    expect(body).toBe('<body><p class=y title=null style=color: blue>c</></>');
    expect(rest).toEqual([]);
  });

  it('is a shadow root, and what stands beside it', () => {
    const events = [
      ...checkout(element(5, 'div', [text(6, 'light')])),
      mutation({ adds: [add(5, null, { ...element(7, 'p'), isShadow: true }), add(7, null, text(8, 'dark'))] }),
    ];
    const [, snapshot] = foldMutations(events) ?? [];
    const host = ((snapshot?.data['node'] as Node).childNodes?.[0]?.childNodes?.[1]?.childNodes ?? [])[0];
    expect(host).toMatchObject({ isShadowHost: true, childNodes: [{ id: 6 }, { id: 7, isShadow: true }] });
  });

  it('is the document of a frame, which is told of in one piece, the outer one first', () => {
    const document = (id: number, ...childNodes: Node[]): Node => ({ type: 0, id, childNodes });
    const attach = (parentId: number, node: Node): DomEvent =>
      mutation({ adds: [add(parentId, null, node)], isAttachIframe: true });
    const { rest } = folded([
      ...checkout(element(5, 'iframe')),
      attach(5, document(6)),
      attach(5, document(6, element(7, 'html', [element(8, 'iframe')]))),
      attach(8, document(9, element(10, 'html'))),
      mutation({ adds: [add(7, 8, element(11, 'p')), add(11, null, text(12, 'in'))] }),
    ]);
    expect(rest).toMatchObject([
      {
        isAttachIframe: true,
        adds: [{ parentId: 5, node: { id: 6, childNodes: [{ childNodes: [{ id: 11 }, { id: 8 }] }] } }],
      },
      { isAttachIframe: true, adds: [{ parentId: 8, node: { id: 9, childNodes: [{ id: 10 }] } }] },
    ]);
    const gone = folded([
      ...checkout(element(5, 'iframe')),
      attach(5, document(6)),
      mutation({ removes: [remove(4, 5)] }),
    ]);
    expect(gone).toEqual({ body: '<body></>', rest: [] });
  });
});

describe('what is told after the checkout', () => {
  it('is the last of what overrides one another', () => {
    const { rest } = folded([
      ...checkout(element(5, 'input'), element(6, 'input')),
      event(1, {
        positions: [
          { x: 1, y: 1, id: 5, timeOffset: -400 },
          { x: 2, y: 2, id: 5, timeOffset: 0 },
        ],
      }),
      event(5, { id: 5, text: 'a', isChecked: false }),
      event(5, { id: 6, text: 'b', isChecked: false }),
      event(5, { id: 5, text: 'c', isChecked: false }),
      event(3, { id: 1, x: 0, y: 1 }),
      event(3, { id: 1, x: 0, y: 2 }),
      event(4, { width: 700, height: 500 }),
      event(14, { ranges: [1] }),
      event(14, { ranges: [] }),
      event(1, {
        positions: [
          { x: 3, y: 3, id: 6, timeOffset: -100 },
          { x: 4, y: 4, id: 6, timeOffset: -20 },
        ],
      }),
    ]);
    expect(rest).toEqual([
      { source: 4, width: 700, height: 500 },
      { source: 5, id: 6, text: 'b', isChecked: false },
      { source: 5, id: 5, text: 'c', isChecked: false },
      { source: 3, id: 1, x: 0, y: 2 },
      { source: 1, positions: [{ x: 4, y: 4, id: 6, timeOffset: 0 }] },
      { source: 14, ranges: [] },
    ]);
  });

  it('is where the pointer was last, whatever was told last', () => {
    const way = (x: number, sinceMs: number): DomEvent =>
      event(1, { positions: [{ x, y: 0, id: 5, timeOffset: -sinceMs }] });
    const { rest } = folded([...checkout(element(5, 'p')), way(1, 0), way(2, 300), way(3, 5)]);
    expect(rest).toEqual([{ source: 1, positions: [{ x: 3, y: 0, id: 5, timeOffset: 0 }] }]);
    const late = folded([...checkout(element(5, 'p')), way(1, 0), way(2, 300)]);
    expect(late.rest).toEqual([{ source: 1, positions: [{ x: 1, y: 0, id: 5, timeOffset: 0 }] }]);
  });

  it('are clicks and the focus, in their order with the pointer’s ways', () => {
    const { rest } = folded([
      ...checkout(element(5, 'button')),
      event(1, { positions: [{ x: 1, y: 1, id: 5, timeOffset: -50 }] }),
      event(2, { type: 5, id: 5 }),
      event(2, { type: 2, id: 5, x: 9, y: 9 }),
    ]);
    expect(rest.map(({ source }) => source)).toEqual([1, 2, 2]);
  });

  it('are attributes that do something when they are set, each field’s as one', () => {
    const { body, rest } = folded([
      ...checkout(element(5, 'option', [], { value: 'a' }), element(6, 'p')),
      mutation({ attributes: [{ id: 5, attributes: { selected: '' } }] }),
      mutation({ attributes: [{ id: 5, attributes: { selected: null, label: 'x' } }] }),
      mutation({ attributes: [{ id: 6, attributes: { style: { color: 'red', top: '1px' } } }] }),
      mutation({ attributes: [{ id: 6, attributes: { style: { color: false } } }] }),
    ]);
    expect(body).toBe('<body><option value=a></><p></></>');
    expect(rest).toMatchObject([
      {
        source: 0,
        attributes: [
          { id: 5, attributes: { selected: null, label: 'x' } },
          { id: 6, attributes: { style: { color: false, top: '1px' } } },
        ],
      },
    ]);
  });

  it('is no single property from before a whole style was set', () => {
    const { body, rest } = folded([
      ...checkout(element(5, 'p')),
      mutation({ attributes: [{ id: 5, attributes: { style: { color: 'red' } } }] }),
      mutation({ attributes: [{ id: 5, attributes: { style: 'top: 1px' } }] }),
    ]);
    expect(body).toBe('<body><p style=top: 1px></></>');
    expect(rest).toEqual([]);
  });

  it('is what happened to style elements, without what is gone: older texts, and rules of a sheet that was written anew', () => {
    const insert = (rule: string): DomEvent => event(8, { id: 5, adds: [{ rule, index: 0 }] });
    const { body, rest } = folded([
      ...checkout(element(5, 'style', [text(6, 'a{}')])),
      insert('b{}'),
      mutation({ texts: [{ id: 6, value: 'c{}' }] }),
      mutation({ texts: [{ id: 6, value: 'd{}' }] }),
      insert('e{}'),
    ]);
    expect(body).toBe('<body><style>a{}</></>');
    expect(rest).toMatchObject([{ texts: [{ id: 6, value: 'd{}' }] }, { source: 8, adds: [{ rule: 'e{}' }] }]);
  });

  it('is no text that came to a style element and went again', () => {
    const turn = (id: number): DomEvent =>
      mutation({ removes: [remove(5, id)], adds: [add(5, null, text(id + 1, `a{top:${String(id)}px}`))] });
    const { rest } = folded([...checkout(element(5, 'style', [text(6, 'a{}')])), turn(6), turn(7), turn(8)]);
    expect(rest).toMatchObject([{ removes: [{ id: 6 }] }, { adds: [{ node: { id: 9 } }] }]);
    const gone = folded([
      ...checkout(element(5, 'style', [text(6, 'a{}')])),
      turn(6),
      mutation({ removes: [remove(4, 5)] }),
    ]);
    expect(gone).toEqual({ body: '<body></>', rest: [] });
  });

  it('are sheets of scripts, in their order', () => {
    const { rest } = folded([
      ...checkout(),
      event(15, { id: 1, styleIds: [1], styles: [{ styleId: 1, rules: [] }] }),
      event(8, { styleId: 1, adds: [{ rule: 'a{}' }] }),
    ]);
    expect(rest.map(({ source }) => source)).toEqual([15, 8]);
  });
});

describe('what only the replayer can make sense of', () => {
  it.each([
    ['no checkout', [META]],
    ['a checkout by itself', checkout()],
    ['two of them', [...checkout(), ...checkout()]],
    ['a size of another page', [...checkout(), { ...META, timestamp: 300 }]],
    ['a node that is there already', [...checkout(), mutation({ adds: [add(4, null, element(3, 'p'))] })]],
    ['a sibling that is nowhere', [...checkout(), mutation({ adds: [add(4, 99, element(5, 'p'))] })]],
    ['a sibling elsewhere', [...checkout(), mutation({ adds: [add(4, 3, element(5, 'p'))] })]],
    ['another parent than it has', [...checkout(element(5, 'p')), mutation({ removes: [remove(2, 5)] })]],
    [
      'a shadow root that it is not in',
      [...checkout(element(5, 'p')), mutation({ removes: [remove(4, 5, { isShadow: true })] })],
    ],
    ['a text of an element', [...checkout(element(5, 'p')), mutation({ texts: [{ id: 5, value: 'x' }] })]],
    ['a new root', [...checkout(), mutation({ adds: [add(1, null, element(5, 'html'))] })]],
    [
      'a document that is in no frame',
      [...checkout(), mutation({ adds: [add(4, null, { type: 0, id: 5, childNodes: [] })] })],
    ],
    ['a sibling before', [...checkout(), mutation({ adds: [{ ...add(4, null, element(5, 'p')), previousId: 3 }] })]],
  ])('is left to it, and is as it was: %s', (_, events) => {
    const before = structuredClone(events);
    expect(foldMutations(events)).toBeUndefined();
    expect(events).toEqual(before);
  });

  it('is left out where it is out of everything', () => {
    const { body } = folded([
      ...checkout(),
      mutation({
        adds: [add(98, null, element(5, 'p'))],
        removes: [remove(4, 97)],
        texts: [{ id: 96, value: '' }],
        attributes: [{ id: 95, attributes: { title: '' } }],
      }),
      event(5, { id: 94, text: '' }),
    ]);
    expect(body).toBe('<body></>');
  });
});

describe('any recording', () => {
  /** A list of rows under the body: what was asked for is done to it and told as rrweb tells it. */
  const act = fc.record({
    kind: fc.constantFrom('add', 'remove', 'move', 'text'),
    at: fc.nat(),
    to: fc.nat(),
  });

  it('comes out as the same list was changed', () => {
    fc.assert(
      fc.property(fc.array(act, { maxLength: 60 }), (acts) => {
        const rows: { id: number; text: string }[] = [];
        const events = [...checkout(), mutation({})];
        let id = 10;
        const addAt = (row: { id: number; text: string }, at: number): object[] => {
          const next = rows[at]?.id ?? null;
          rows.splice(at, 0, row);
          return [add(4, next, element(row.id, 'li')), add(row.id, null, text(row.id + 1, row.text))];
        };
        for (const { kind, at, to } of acts) {
          const index = at % (rows.length + 1);
          const row = rows[index];
          if (kind === 'add') events.push(mutation({ adds: addAt({ id: (id += 2), text: String(id) }, index) }));
          if (row === undefined || kind === 'add') continue;
          if (kind === 'text') {
            row.text = `${row.text}.`;
            events.push(mutation({ texts: [{ id: row.id + 1, value: row.text }] }));
          } else {
            rows.splice(index, 1);
            const adds = kind === 'move' ? addAt(row, to % (rows.length + 1)) : [];
            events.push(mutation({ removes: [remove(4, row.id)], adds }));
          }
        }
        expect(folded(events).body).toBe(`<body>${rows.map((row) => `<li>${row.text}</>`).join('')}</>`);
      }),
    );
  });

  it('of a stranger’s is folded or left alone, and never throws', () => {
    const id = fc.oneof(fc.integer({ min: 1, max: 12 }), fc.constantFrom(-1, null, undefined, 1.5, '4'));
    const node = fc.letrec((tie) => ({
      node: fc.record(
        {
          type: fc.oneof(fc.integer({ min: 0, max: 6 }), fc.anything()),
          id,
          tagName: fc.constantFrom('p', 'STYLE', 'iframe', 'textarea', 'dialog', 'select', 7, '__proto__'),
          attributes: fc.oneof(fc.dictionary(fc.string(), fc.anything()), fc.anything()),
          childNodes: fc.oneof({ depthSize: 'small' }, fc.array(tie('node'), { maxLength: 3 }), fc.anything()),
          textContent: fc.anything(),
          isShadow: fc.constantFrom(true, 'yes'),
        },
        { requiredKeys: ['id', 'type'] },
      ),
    })).node;
    const change = fc.record(
      {
        id,
        parentId: id,
        nextId: id,
        node,
        value: fc.anything(),
        attributes: fc.oneof(
          fc.dictionary(fc.constantFrom('style', 'class', '__proto__'), fc.anything()),
          fc.anything(),
        ),
      },
      { requiredKeys: [] },
    );
    const list = fc.oneof(fc.array(fc.oneof(change, fc.anything()), { maxLength: 4 }), fc.anything());
    const data = fc.record(
      {
        source: fc.oneof(fc.integer({ min: 0, max: 16 }), fc.anything()),
        adds: list,
        removes: list,
        texts: list,
        attributes: list,
        id,
        styleId: id,
        positions: list,
        node,
      },
      { requiredKeys: ['source'] },
    );
    const stranger = fc.record({ type: fc.integer({ min: 0, max: 6 }), data, timestamp: fc.integer() });
    fc.assert(
      fc.property(fc.array(stranger as fc.Arbitrary<DomEvent>, { maxLength: 8 }), (events) => {
        const all = [...checkout(element(5, 'style', [text(6, '')]), element(7, 'p'), element(8, 'iframe')), ...events];
        const result = foldMutations(all);
        if (result !== undefined) expect(result[1]?.type).toBe(2);
      }),
    );
  });

  it('is folded however deep and however long it is', () => {
    const depth = 20_000;
    const events = checkout();
    const deep = Array.from({ length: depth }, (_, at) => add(at === 0 ? 4 : 9 + at, null, element(10 + at, 'div')));
    const long = Array.from({ length: depth }, (_, at) =>
      add(3, at === 0 ? null : 99_999 + at, element(100_000 + at, 'p')),
    );
    events.push(mutation({ adds: deep }), mutation({ adds: long }), mutation({ removes: [remove(4, 10)] }));
    const [, snapshot] = foldMutations(events) ?? [];
    const [head, body] = (snapshot?.data['node'] as Node).childNodes?.[0]?.childNodes ?? [];
    expect([head?.childNodes?.length, body?.childNodes?.length]).toEqual([depth, 0]);
  });
});
