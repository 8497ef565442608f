import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  sanitiseAttribute,
  sanitiseAttributeChange,
  sanitiseAttributes,
} from '../../../../src/viewer/replay-document/sanitise-attributes.js';
import { sanitiseCss } from '../../../../src/viewer/replay-document/sanitise-css.js';
import { EventSanitiser } from '../../../../src/viewer/replay-document/sanitise-event.js';
import { NodeSanitiser, type SerialisedNode } from '../../../../src/viewer/replay-document/sanitise-node.js';

const element = (id: number, tagName: string, attributes: object = {}, childNodes: unknown[] = []) => ({
  type: 2,
  id,
  tagName,
  attributes,
  childNodes,
});
const page = (...children: unknown[]) => ({ type: 0, id: 1, childNodes: [element(2, 'html', {}, children)] });
const event = (source: number, data: object) => ({ type: 3, timestamp: 100, data: { source, ...data } });

describe('CSS', () => {
  it.each([
    ['a{background:url(https://x.test/a.png)}', 'a{background:url("data:,")}'],
    ['a{background: URL( "//x.test/a" ) no-repeat}', 'a{background: url("data:,") no-repeat}'],
    [String.raw`a{background:u\72l(https://x.test)}`, 'a{background:url("data:,")}'],
    [String.raw`a{background:\75 rl(https://x.test)}`, 'a{background:url("data:,")}'],
    ['a{background:url(\n"https://x.test")}', 'a{background:url("data:,")}'],
    ['a{background:image-set("https://x.test/a" 1x)}', 'a{background:image-set("data:," 1x)}'],
    ['a{background:-webkit-image-set(url(https://x.test) 1x)}', 'a{background:-webkit-image-set(url("data:,") 1x)}'],
    ['@import "https://x.test/a.css"; b{}', ' b{}'],
    ['@import url(https://x.test) screen;b{}', 'b{}'],
    [String.raw`@\69mport "https://x.test";b{}`, 'b{}'],
    ['@import "https://x.test', ''],
    ['@font-face{src:url(https://x.test/f.woff2) format("woff2")}', '@font-face{src:url("data:,") format("woff2")}'],
    ['a{--x:url(https://x.test)}', 'a{--x:url("data:,")}'],
    ['a{background:url(https://x.test', 'a{background:url("data:,")'],
  ])('loses its addresses: %s', (css, clean) => {
    expect(sanitiseCss(css)).toBe(clean);
  });

  it.each([
    'a::before{content:"url(https://x.test)"}',
    '/* url(https://x.test) */ a{color:red}',
    'a{background:url(data:image/png;base64,AAAA)}',
    'a{fill:url(#gradient)}',
    "@font-face{src:url('data:font/woff2;base64,AA')}",
    '.curl(1px){important:x}',
    'a{content:"\\201C"}',
    'a{color:red}/* rr_split */b{background:none}',
    '.\\:hover\\:x{color:red}',
  ])('keeps what fetches nothing as it is: %s', (css) => {
    expect(sanitiseCss(css)).toBe(css);
  });

  it('never lets an address through, however it is dressed, and always ends', () => {
    const piece = fc.constantFrom(
      'url(',
      'u\\72 l(',
      'image-set(',
      '"',
      "'",
      '\\',
      '/*',
      '*/',
      '@import ',
      ';',
      '{',
      '}',
      ')',
      '(',
      'https://x.test',
      '\n',
      ' ',
      'a',
    );
    fc.assert(
      fc.property(fc.array(piece, { maxLength: 30 }), (pieces) => {
        const clean = sanitiseCss(pieces.join(''));
        // What a CSS parser would take for an address: outside of strings and comments, within url( or an image function.
        expect(sanitiseCss(clean)).toBe(clean);
      }),
    );
  });
});

describe('attributes', () => {
  it.each([
    ['a', 'href', 'javascript:alert(1)', 'about:blank'],
    ['a', 'href', 'https://x.test/', 'about:blank'],
    ['use', 'xlink:href', 'https://x.test/#a', undefined],
    ['use', 'href', '#icon', '#icon'],
    ['image', 'href', 'https://x.test/a.png', undefined],
    ['image', 'href', 'data:image/png;base64,AA', 'data:image/png;base64,AA'],
    ['img', 'srcset', 'https://x.test/a 2x', undefined],
    ['video', 'src', 'https://x.test/a.mp4', undefined],
    ['video', 'poster', 'https://x.test/a.png', undefined],
    ['body', 'background', 'https://x.test/a.png', undefined],
    ['iframe', 'src', 'https://x.test/', undefined],
    ['iframe', 'srcdoc', '<script>', undefined],
    ['iframe', 'sandbox', '', undefined],
    ['form', 'action', 'https://x.test/', undefined],
    ['button', 'formaction', 'https://x.test/', undefined],
    ['a', 'ping', 'https://x.test/', undefined],
    ['meta', 'http-equiv', 'refresh', undefined],
    ['meta', 'content', '0;url=https://x.test', undefined],
    ['base', 'href', 'https://x.test/', undefined],
    ['link', 'href', 'https://x.test/', undefined],
    ['link', 'rel', 'preconnect', undefined],
    ['link', 'media', 'print', 'print'],
    ['div', 'onclick', 'alert(1)', undefined],
    ['div', 'ONANIMATIONSTART', 'alert(1)', undefined],
    ['div', 'style', 'background:url(https://x.test)', 'background:url("data:,")'],
    ['rect', 'fill', 'url(https://x.test/#a)', 'url("data:,")'],
    ['set', 'attributeName', 'href', undefined],
    ['set', 'attributeName', 'opacity', 'opacity'],
    ['canvas', 'rr_dataURL', 'https://x.test/a.png', undefined],
    ['canvas', 'rr_dataURL', 'data:image/png;base64,AA', 'data:image/png;base64,AA'],
    ['video', 'rr_mediaState', 'played', undefined],
    ['div', 'data-url', 'https://x.test/', 'https://x.test/'],
    ['input', 'value', 'url(https://x.test)', 'url(https://x.test)'],
  ])('<%s %s="%s"> becomes %s', (tag, name, value, safe) => {
    expect(sanitiseAttribute(tag, name, value)).toBe(safe);
  });

  it('put a square where a picture is not in the recording', () => {
    expect(sanitiseAttribute('img', 'src', 'https://x.test/a.png')).toMatch(/^data:image\/svg/);
    expect(sanitiseAttribute('img', 'src', 'data:image/png;base64,AA')).toBe('data:image/png;base64,AA');
  });

  it('give that square the room that the picture took', () => {
    const size = { 'fluxrec-picture-size': '640 480' };
    const image = sanitiseAttributes('img', { src: 'https://x.test/a.png', ...size });
    expect(image['src']).toMatch(/^data:image\/svg.*width='640' height='480'/);
    expect(Object.keys(image)).toEqual(['src']);
    expect(sanitiseAttributes('img', size)['src']).toBe(image['src']);
    expect(sanitiseAttributes('video', size)['poster']).toBe(image['src']);
    expect(sanitiseAttributeChange('img', size)['src']).toBe(image['src']);
    expect(sanitiseAttributes('div', size)).toEqual({});
    const recorded = { src: 'data:image/png;base64,AA', ...size };
    expect(sanitiseAttributes('img', recorded)['src']).toBe('data:image/png;base64,AA');
  });

  it.each(['640', '-1 5', '1e3 5', '640 480 1', "1' 2", '100000 1', '65536 1', true, null])(
    'take %j for no size of a picture',
    (value) => {
      const safe = sanitiseAttributes('img', { src: 'https://x.test/a.png', 'fluxrec-picture-size': value });
      expect(safe['src']).toMatch(/width='24'/);
    },
  );

  it('show a picture that could not be loaded as such', () => {
    expect(sanitiseAttributes('img', { src: '/a.png', 'fluxrec-picture-size': '0 0' })['src']).toBe('data:,');
  });
});

describe('nodes', () => {
  const cleaned = (...children: unknown[]): SerialisedNode[] => {
    const root = new NodeSanitiser().root(page(...children));
    return root?.childNodes?.[0]?.childNodes ?? [];
  };

  it('become harmless ones where they would run or load something', () => {
    const tags = ['script', 'SCRIPT', 'object', 'embed', 'frame', 'portal', 'no tag', '<b>'];
    expect(cleaned(...tags.map((tag, index) => element(index + 10, tag))).map(({ tagName }) => tagName)).toEqual([
      'noscript',
      'noscript',
      ...Array.from({ length: 6 }, () => 'div'),
    ]);
    const svg = {
      ...element(10, 'svg:script', { href: 'https://x.test' }, [{ type: 3, id: 11, textContent: 'x' }]),
      isSVG: true,
    };
    expect(cleaned(svg)).toMatchObject([{ tagName: 'noscript', childNodes: [] }]);
  });

  it('that the browser would refuse do not stop the page from being built', () => {
    const [shadow, custom, cdata, document] = cleaned(
      { ...element(10, 'img'), isShadowHost: true },
      { ...element(11, 'font-face'), isCustom: true },
      { type: 4, id: 12, textContent: 'x' },
      { type: 0, id: 13, childNodes: [] },
    );
    expect(shadow).not.toHaveProperty('isShadowHost');
    expect(custom).not.toHaveProperty('isCustom');
    expect(cdata).toMatchObject({ type: 3, textContent: '' });
    expect(document).toBeUndefined();
  });

  it('that the recorder blocked are marked, for they have nothing else to be known by', () => {
    const [blocked, other] = cleaned(
      element(10, 'section', { class: 'card', rr_width: '300px', rr_height: '80px' }),
      element(11, 'section', { class: 'card' }),
    );
    expect(blocked?.attributes).toHaveProperty('data-fluxrec-blocked');
    expect(other?.attributes).toEqual({ class: 'card' });
  });

  it('of any shape are taken or left out, never thrown at', () => {
    fc.assert(
      fc.property(fc.anything({ maxDepth: 4, withNullPrototype: true }), (anything) => {
        const nodes = new NodeSanitiser();
        nodes.root(page(anything));
        nodes.added(anything, 2);
        nodes.added({ ...element(5, 'div'), childNodes: anything, attributes: anything, tagName: anything }, 2);
      }),
    );
  });

  it('of a tree deeper than any page are cut, without recursion', () => {
    let deep = element(100_000, 'p');
    for (let id = 99_999; id > 10; id -= 1) deep = element(id, 'div', {}, [deep]);
    let depth = 0;
    for (let at = cleaned(deep)[0]; at !== undefined; at = at.childNodes?.[0]) depth += 1;
    expect(depth).toBeGreaterThan(200);
    expect(depth).toBeLessThan(600);
  });

  it('are not added into themselves, too deep, or as a document outside of a frame', () => {
    const nodes = new NodeSanitiser();
    nodes.root(page(element(10, 'div', {}, [element(11, 'p'), element(12, 'iframe')])));
    expect(nodes.added(element(10, 'div'), 11)).toBeUndefined();
    expect(nodes.added({ type: 0, id: 20, childNodes: [] }, 11)).toBeUndefined();
    expect(nodes.added({ type: 0, id: 20, childNodes: [] }, 12)).toBeDefined();
    let added: SerialisedNode | undefined;
    for (let id = 1_000; id < 2_000; id += 1) added = nodes.added(element(id, 'i'), id === 1_000 ? 11 : id - 1);
    expect(added).toBeUndefined();
  });

  it('in a style element are CSS, also when they come or change later', () => {
    const nodes = new NodeSanitiser();
    const css = '@import "https://x.test";';
    const root = nodes.root(page(element(10, 'style', {}, [{ type: 3, id: 11, textContent: css }]), element(12, 'p')));
    expect(root?.childNodes?.[0]?.childNodes?.[0]?.childNodes?.[0]?.textContent).toBe('');
    expect(nodes.added({ type: 3, id: 13, textContent: css }, 10)?.textContent).toBe('');
    expect(nodes.added({ type: 3, id: 14, textContent: css }, 12)?.textContent).toBe(css);
    expect(nodes.text(11, css)).toBe('');
    expect(nodes.text(14, css)).toBe(css);
  });
});

describe('events', () => {
  const started = (): EventSanitiser => {
    const events = new EventSanitiser();
    events.sanitise({ type: 2, timestamp: 0, data: { node: page(element(10, 'a'), element(11, 'style')) } });
    return events;
  };

  it('know what an element is when its attributes change', () => {
    const attributes = {
      href: 'https://x.test',
      onclick: 'x',
      style: { background: 'url(https://x.test)', color: ['red', 'important'], top: false },
    };
    expect(started().sanitise(event(0, { attributes: [{ id: 10, attributes }] }))?.data).toMatchObject({
      texts: [],
      adds: [],
      removes: [],
      attributes: [
        {
          attributes: {
            href: 'about:blank',
            style: { background: 'url("data:,")', color: ['red', 'important'], top: false },
          },
        },
      ],
    });
  });

  it('add a child that is named before its parent, and nothing in a circle or under what is not there', () => {
    const add = (id: number, parentId: number) => ({ parentId, nextId: null, node: element(id, 'i') });
    const adds = [add(22, 21), add(21, 20), add(20, 10), add(30, 31), add(31, 30), add(40, 99), null, 'x'];
    const data = started().sanitise(event(0, { adds }))?.data as { adds: { node: { id: number } }[] };
    expect(data.adds.map(({ node }) => node.id)).toEqual([22, 21, 20]);
  });

  it('of adopted style sheets are preceded by the shadow root, once, where nothing told of it', () => {
    const events = new EventSanitiser();
    const told = { ...element(12, 'x-told'), isShadowHost: true };
    const tree = page(element(10, 'x-empty'), element(11, 'img'), told);
    events.sanitise({ type: 2, timestamp: 0, data: { node: tree } });
    const before = (id: number): unknown => {
      const safe = events.sanitise(event(15, { id, styleIds: [1] }));
      return safe && events.before(safe)?.data;
    };
    expect(before(10)).toMatchObject({ source: 0, adds: [{ parentId: 10, node: { type: 5, isShadow: true } }] });
    for (const id of [10, 11, 12, 99]) expect(before(id)).toBeUndefined();
  });

  it('of canvas, media, fonts by address, console and plugins are left out', () => {
    for (const source of [7, 9, 10, 11, 16, 99, -1, 1.5])
      expect(started().sanitise(event(source, { id: 10 }))).toBeUndefined();
    for (const type of [0, 1, 5, 6, 20]) expect(started().sanitise({ type, timestamp: 0, data: {} })).toBeUndefined();
  });

  it('that would stop the replayer are left out', () => {
    const broken = [
      event(1, { positions: [] }),
      event(2, { type: 99, id: 10 }),
      event(3, { id: 'x', x: 1, y: 1 }),
      event(14, {}),
      event(15, { id: 1 }),
    ];
    for (const one of broken) expect(started().sanitise(one)).toBeUndefined();
    expect(started().sanitise({ type: 2, timestamp: 0, data: { node: element(1, 'div') } })).toBeUndefined();
  });

  it('keep sheets without addresses', () => {
    const rule = 'a{background:url(https://x.test)}';
    const clean = 'a{background:url("data:,")}';
    expect(started().sanitise(event(8, { id: 11, adds: [{ rule, index: 0 }], replaceSync: rule }))?.data).toMatchObject(
      {
        adds: [{ rule: clean }],
        replaceSync: clean,
      },
    );
    const styles = [{ styleId: 1, rules: [{ rule }] }];
    expect(started().sanitise(event(15, { id: 1, styleIds: [1], styles }))?.data).toMatchObject({
      styles: [{ rules: [{ rule: clean }] }],
    });
    expect(
      started().sanitise(event(13, { id: 11, index: [0], set: { property: 'background', value: 'url(//x.test)' } }))
        ?.data,
    ).toMatchObject({
      set: { value: 'url("data:,")' },
    });
  });

  it('make the viewport one that can be built', () => {
    const sized = (width: unknown) => started().sanitise({ type: 4, timestamp: 0, data: { width, height: 600 } })?.data;
    expect(sized(1e9)).toEqual({ width: 16_384, height: 600 });
    expect(sized(-3)).toEqual({ width: 1, height: 600 });
    expect(sized('wide')).toBeUndefined();
  });

  it('date a path by its start, where the replayer takes it to be', () => {
    const positions = [-450, -200, 0].map((timeOffset) => ({ x: 1, y: 2, id: 10, timeOffset }));
    expect(started().sanitise({ type: 3, timestamp: 1_000, data: { source: 1, positions } })).toMatchObject({
      timestamp: 550,
      data: { positions: [{ timeOffset: 0 }, { timeOffset: 250 }, { timeOffset: 450 }] },
    });
  });

  it('of any shape never throw', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 0, max: 20 }),
        fc.integer({ min: -1, max: 17 }),
        fc.dictionary(fc.string(), fc.anything()),
        (type, source, data) => {
          started().sanitise({ type, timestamp: 0, data: { ...data, source } });
        },
      ),
    );
  });
});
