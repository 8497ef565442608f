import { record } from 'rrweb';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { domLane, domNodeId } from '../../../src/recorder/lanes/dom.js';
import { LaneDouble, wait } from './lane-double.js';

const lane = new LaneDouble();
const text = (): string => JSON.stringify(lane.domEvents);
const metas = (): number => lane.domEvents.filter(({ type }) => type === 4).length;

beforeAll(() => {
  document.body.innerHTML = '<main id="main"><p id="p">first</p></main>';
  lane.start(domLane);
});

afterAll(() => {
  lane.stop();
  document.body.innerHTML = '';
});

describe('the dom lane', () => {
  it('begins with Meta and a full snapshot', () => {
    expect(lane.domEvents.slice(0, 2).map(({ type }) => type)).toEqual([4, 2]);
    expect(domNodeId(document.getElementById('p') ?? document.body)).toBeGreaterThan(0);
    expect(domNodeId(document.createElement('p'))).toBeUndefined();
  });

  it('follows what changes', async () => {
    (document.getElementById('p') as HTMLElement).textContent = 'second';
    await wait(50);
    expect(text()).toContain('second');
  });

  it('keeps our own overlay out, its frame’s address too', async () => {
    const overlay = document.createElement('fluxrec-overlay');
    overlay.attachShadow({ mode: 'open' }).innerHTML = '<iframe src="about:blank#overlay-frame"></iframe>';
    document.documentElement.append(overlay);
    await wait(100);
    expect(text()).not.toContain('overlay-frame');
    overlay.remove();
    await wait(50);
  });

  it('says where the focus is with each snapshot, and whether the page shows it', async () => {
    const field = document.createElement('input');
    const button = document.createElement('button');
    const host = document.createElement('div');
    host.attachShadow({ mode: 'open' }).innerHTML = '<textarea></textarea>';
    document.body.append(field, button, host);
    await wait(50);
    const focus = (): unknown[] =>
      lane.domEvents.filter(({ type, data }) => type === 3 && data['source'] === 2 && data['type'] === 5);
    const told = focus().length;
    // No window of a test has the focus for sure.
    document.hasFocus = () => true;
    for (const element of [field, host.shadowRoot?.querySelector('textarea')]) {
      element?.focus();
      const before = lane.domEvents.length;
      lane.freshStart();
      expect(lane.domEvents[before + 1]?.type).toBe(2);
      expect(lane.domEvents[before + 2]?.data).toEqual({ source: 2, type: 5, id: domNodeId(element ?? field) });
    }
    // As after a press by a pointer.
    Object.defineProperty(button, 'matches', { value: (selector: string) => selector !== ':focus-visible' });
    button.focus();
    lane.freshStart();
    expect(lane.domEvents.at(-1)?.data).toMatchObject({ id: domNodeId(button), pointerType: 0 });
    button.blur();
    const before = lane.domEvents.length;
    lane.freshStart();
    expect(lane.domEvents.slice(before).map(({ type }) => type)).toEqual([4, 2]);
    expect(focus().length).toBeGreaterThan(told);
    // It takes the focus before rrweb knows it.
    const dialog = document.createElement('div');
    dialog.append(document.createElement('input'));
    document.body.append(dialog);
    dialog.querySelector('input')?.focus();
    await wait(50);
    expect(focus().at(-1)).toMatchObject({ data: { id: domNodeId(dialog.querySelector('input') ?? dialog) } });
    expect(lane.domEvents.every(({ data }) => data['id'] !== -1)).toBe(true);
    Reflect.deleteProperty(document, 'hasFocus');
    for (const element of [field, button, host, dialog]) element.remove();
    await wait(50);
  });

  it('drops what comes while paused and begins anew afterwards', async () => {
    lane.paused = true;
    const before = lane.domEvents.length;
    (document.getElementById('p') as HTMLElement).textContent = 'private words';
    await wait(50);
    expect(lane.domEvents).toHaveLength(before);
    (document.getElementById('p') as HTMLElement).textContent = 'third';
    await wait(50);
    lane.paused = false;
    lane.freshStart();
    expect(lane.domEvents.slice(before, before + 2).map(({ type }) => type)).toEqual([4, 2]);
    expect(text()).not.toContain('private words');
    expect(text()).toContain('third');
  });

  it('keeps the ids of nodes over checkouts', () => {
    const id = domNodeId(document.getElementById('p') ?? document.body);
    lane.freshStart();
    expect(domNodeId(document.getElementById('p') ?? document.body)).toBe(id);
  });

  it('masks fields and marked areas that come later', async () => {
    const late = document.createElement('div');
    late.innerHTML = '<input value="lateValue1"><p data-fluxrec-mask title="lateTitle1">lateText1</p>';
    const [emptied, emptiedArea] = [document.createElement('input'), document.createElement('textarea')];
    emptied.defaultValue = 'lateDefault1';
    emptiedArea.defaultValue = 'lateDefault2';
    emptied.value = emptiedArea.value = '';
    late.append(emptied, emptiedArea);
    document.body.append(late);
    await wait(50);
    const [field, area] = [late.querySelector('input'), late.querySelector('p')];
    field?.setAttribute('value', 'lateValue2');
    if (area !== null) area.title = 'lateTitle2';
    await wait(50);
    lane.freshStart();
    expect(text()).not.toMatch(/lateValue|lateTitle|lateText|lateDefault/);
    expect(lane.fields.all('ring').map(({ value }) => value)).toEqual(
      expect.arrayContaining(['lateValue1', 'lateValue2', 'lateText1', 'lateTitle1', 'lateTitle2']),
    );
  });

  it('masks what shadow roots and frames in a marked area contain, and not what is marked as shown', async () => {
    const area = document.createElement('section');
    area.setAttribute('data-fluxrec-mask', '');
    const host = area.appendChild(document.createElement('div'));
    const root = host.attachShadow({ mode: 'open' });
    root.innerHTML =
      'insideRoot1<p id="inner" title="insideTitle1">insideText1</p><style>p{color:red}</style><b data-fluxrec-unmask>openText</b>';
    const frame = area.appendChild(document.createElement('iframe'));
    document.body.append(area);
    const inFrame = (): HTMLElement => frame.contentDocument?.body ?? document.body;
    inFrame().innerHTML = '<p>insideFrame1</p>';
    lane.freshStart();
    const inner = root.getElementById('inner') as HTMLElement;
    (inner.firstChild as Text).data = 'insideText2';
    inner.title = 'insideTitle2';
    (root.firstChild as Text).data = 'insideRoot2';
    root.append(document.createElement('i'), 'insideRoot3');
    root.lastElementChild?.append('insideText3');
    (inFrame().firstElementChild?.firstChild as Text).data = 'insideFrame2';
    inFrame().append('insideFrame3');
    await wait(200);
    lane.freshStart();
    expect(text()).not.toMatch(/inside(Root|Text|Title|Frame)/);
    for (const shown of ['openText', 'color: red']) expect(text()).toContain(shown);
    expect(lane.fields.all('ring').map(({ value }) => value)).toEqual(
      expect.arrayContaining([
        'insideText1',
        'insideText2',
        'insideRoot2',
        'insideRoot3',
        'insideTitle2',
        'insideFrame2',
      ]),
    );
    area.remove();
  });

  it('masks the text of a frame that is edited as a whole', async () => {
    const frame = document.createElement('iframe');
    document.body.append(frame);
    const inner = frame.contentDocument;
    if (inner === null) throw new Error('The frame has no document.');
    inner.designMode = 'on';
    inner.body.innerHTML = '<p>designed1</p>';
    lane.freshStart();
    await wait(100);
    inner.body.append('designed2');
    (inner.querySelector('p')?.firstChild as Text).data = 'designed3';
    await wait(100);
    lane.freshStart();
    await wait(100);
    expect(text()).not.toContain('designed');
    expect(lane.fields.all('ring').map(({ value }) => value)).toEqual(
      expect.arrayContaining(['designed1', 'designed2', 'designed3']),
    );
    frame.remove();
  });

  it('takes a checkout when enough has changed for long enough', async () => {
    const before = metas();
    const line = document.createElement('p');
    document.body.append(line);
    line.textContent = 'x'.repeat(300_000);
    await wait(50);
    expect(metas()).toBe(before);
    lane.skipMs = 100_000;
    line.textContent = 'short';
    await lane.until(() => metas() === before + 1, 'a checkout');
    line.textContent = 'shorter';
    await wait(100);
    expect(metas()).toBe(before + 1);
  });

  it('steps down in a storm, says so, and leaves the page alone', async () => {
    const box = document.createElement('div');
    document.body.append(box);
    const words = 'x'.repeat(50_000);
    for (let turn = 0; turn < 40; turn++) {
      for (let index = 0; index < 10; index++) {
        const line = document.createElement('p');
        line.textContent = `${turn} ${index} ${words}`;
        box.append(line);
      }
      await wait(0);
    }
    await lane.until(() => lane.of('recorder').some(({ kind }) => kind === 'stepped-down'), 'stepped-down');
    const after = lane.domEvents.length;
    box.textContent = 'after the storm';
    // What rrweb does not hear of is told by others: they rest as well.
    box.dispatchEvent(new MouseEvent('mouseout', { bubbles: true }));
    await wait(100);
    expect(lane.domEvents).toHaveLength(after);
    expect(() => {
      record.takeFullSnapshot();
    }).toThrow();
    expect(lane.faults).toEqual([]);
  });
});
