/** One thing that can be said of a document at a moment: of which element, what, and how it is. */
export type Fact = readonly [element: string, what: string, value: string];

export interface Facts {
  readonly facts: readonly Fact[];
  readonly elements: number;
}

/**
 * Everything that a person could see of a document, and what it is made of, down to open shadow roots and frames of the same
 * origin. It runs in the page, live or replayed, and so can use nothing from outside of itself.
 *
 * Left out on purpose, since a recording does not have it on purpose: what masked fields hold, where scripts and pictures come from,
 * elements that are the recorder's own, and pictures in a canvas.
 */
export function collectFacts(given?: Document): Facts {
  const facts: Fact[] = [];
  let elements = 0;
  // A replay has one document within another one.
  const root = given ?? document;
  /** Addresses, which a replay has none of or others; marks of the replay's; what a field holds is asked of the field. */
  const LEFT_OUT =
    /^(autocomplete|fluxrec-focus.*|src|srcset|href|xlink:href|poster|action|formaction|data|nonce|integrity|crossorigin|value|checked|selected|rel|as|type|media|style|target|autofocus|on.*|rr_.*|_.*)$/;
  const STYLES = [
    ...[
      'display',
      'visibility',
      'opacity',
      'color',
      'background-color',
      'background-image',
      'font-size',
      'font-weight',
    ],
    ...['font-family', 'text-align', 'white-space', 'transform', 'z-index', 'overflow-x', 'overflow-y', 'cursor'],
    ...['border-top-width', 'border-top-color', 'border-radius', 'box-shadow', 'text-decoration-line'],
  ];
  const UNSEEN = new Set(['script', 'noscript', 'style', 'link', 'meta', 'title', 'base', 'template', 'head']);

  const say = (path: string, what: string, value: string | number | boolean): void => {
    facts.push([path, what, String(value)]);
  };
  const isOurs = (element: Element): boolean =>
    element.matches('[data-fluxrec-own]') || (element.localName.startsWith('fluxrec-') && element.shadowRoot === null);

  function walk(element: Element, path: string): void {
    if (UNSEEN.has(element.localName) || isOurs(element)) return;
    elements += 1;
    sayAttributes(element, path);
    sayText(element, path);
    sayPlace(element as HTMLElement, path);
    sayState(element, path);
    const style = getStyle(element);
    for (const name of STYLES) say(path, name, withoutAddresses(style.getPropertyValue(name)));
    if (element.shadowRoot !== null) {
      saySheets(element.shadowRoot, `${path}//`);
      walkAll(element.shadowRoot, `${path}//`);
    }
    walkAll(element, path);
    if (element.localName === 'iframe') {
      const inner = innerOf(element as HTMLIFrameElement);
      say(path, 'has a document', inner !== undefined);
      if (inner !== undefined) walkDocument(inner, `${path}||`);
    }
  }

  function withoutAddresses(css: string): string {
    return css.includes('url(')
      ? css.replace(/url\((?!"data:(image|font))[^)]*\)/g, 'url()').replace(/url\("data:,"\)/g, 'url()')
      : css;
  }

  function walkAll(parent: ParentNode, path: string): void {
    const counts = new Map<string, number>();
    for (const child of parent.children) {
      const count = (counts.get(child.localName) ?? 0) + 1;
      counts.set(child.localName, count);
      walk(child, `${path}>${child.localName}:${String(count)}`);
    }
  }

  function walkDocument(document: Document, path: string): void {
    saySheets(document, path);
    say(path, 'focus', pathOf(focusIn(document)));
    say(path, 'scroll', scrollOf(document.scrollingElement));
    // A frame that has not loaded has none.
    const element = document.documentElement as Element | null;
    if (element !== null) walk(element, `${path}html`);
  }

  function sayAttributes(element: Element, path: string): void {
    for (const { name, value } of [...element.attributes].sort((a, b) => (a.name < b.name ? -1 : 1))) {
      if (LEFT_OUT.test(name)) continue;
      // Where the pointer is, and that it stands still, rrweb's replayer says by classes.
      const said =
        name === 'class'
          ? value
              .replace(/(^|\s+)(:hover|rrweb-paused)(?=\s|$)/g, '')
              .trim()
              .replace(/\s+/g, ' ')
          : value;
      if (name !== 'class' || said !== '') say(path, `@${name}`, said);
    }
  }

  function sayText(element: Element, path: string): void {
    const text = [...element.childNodes]
      .filter(({ nodeType }) => nodeType === 3)
      .map(({ nodeValue }) => nodeValue ?? '')
      .join('')
      .replace(/\s+/g, ' ')
      .trim();
    if (text !== '' && element.localName !== 'textarea') say(path, 'text', text);
  }

  function sayPlace(element: HTMLElement, path: string): void {
    const { left, top, width, height } = element.getBoundingClientRect();
    say(path, 'box', [left, top, width, height].map((px) => Math.round(px)).join(' '));
    const scroll = scrollOf(element);
    if (scroll !== '0 0') say(path, 'scroll', scroll);
  }

  function sayState(element: Element, path: string): void {
    switch (element.localName) {
      case 'input': {
        const { type, checked, disabled } = element as HTMLInputElement;
        if (type === 'checkbox' || type === 'radio') say(path, 'checked', checked);
        say(path, 'disabled', disabled);
        break;
      }
      case 'select': {
        const select = element as HTMLSelectElement;
        say(path, 'selected', [...select.selectedOptions].map(({ index }) => index).join(' '));
        break;
      }
      case 'dialog':
        say(path, 'open', (element as HTMLDialogElement).open);
        say(path, 'modal', element.matches(':modal'));
        break;
      case 'details':
        say(path, 'open', (element as HTMLDetailsElement).open);
        break;
      default:
    }
  }

  function saySheets(of: Document | ShadowRoot, path: string): void {
    const text = of.adoptedStyleSheets.map((sheet) => [...sheet.cssRules].map(({ cssText }) => cssText).join('\n'));
    const plain = text
      .join('\n--\n')
      .replace(/\[fluxrec-(focus(-within)?)\]/g, ':$1')
      .replace(/\.\\:hover/g, ':hover');
    say(path, 'adopted style sheets', plain.replace(/\[fluxrec-focus="visible"\]/g, ':focus-visible'));
  }

  function scrollOf(element: Element | null): string {
    return element === null
      ? '0 0'
      : `${String(Math.round(element.scrollLeft))} ${String(Math.round(element.scrollTop))}`;
  }

  /** A replay marks what has the focus, and what that is in: to a document a shadow root's host has it. */
  function focusIn(document: Document): Element | null {
    const marked = [...document.querySelectorAll('[fluxrec-focus], [fluxrec-focus-within]')].at(-1);
    if (marked !== undefined) return marked;
    const { activeElement } = document;
    return document.hasFocus() && activeElement !== document.body ? activeElement : null;
  }

  function pathOf(element: Element | null): string {
    if (element === null || isOurs(element)) return 'nowhere';
    const parent = element.parentElement;
    if (parent === null) return element.localName;
    const same = [...parent.children].filter(({ localName }) => localName === element.localName);
    return `${pathOf(parent)}>${element.localName}:${String(same.indexOf(element) + 1)}`;
  }

  function innerOf(frame: HTMLIFrameElement): Document | undefined {
    try {
      return frame.contentDocument ?? undefined;
    } catch {
      return undefined;
    }
  }

  function getStyle(element: Element): CSSStyleDeclaration {
    return (element.ownerDocument.defaultView ?? window).getComputedStyle(element);
  }

  walkDocument(root, '');
  return { facts, elements };
}
