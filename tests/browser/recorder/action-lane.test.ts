import { userEvent } from 'vitest/browser';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { actionLane } from '../../../src/recorder/lanes/action/action.js';
import { LaneDouble } from './lane-double.js';

let lane: LaneDouble;

beforeEach(() => {
  document.body.innerHTML = `
    <button id="sync"><svg aria-hidden="true"></svg> <span>Sync now</span></button>
    <button id="icon" aria-label="Delete row"></button>
    <a id="link" href="#there">Go there</a>
    <label for="mail">E-mail</label><input id="mail" type="email">
    <label><input id="agree" type="checkbox"> I agree</label>
    <label><input type="radio" name="r" id="red"> Red</label>
    <label>Size <select id="size"><option>Small</option><option>Large</option></select></label>
    <form id="form" name="login"><input id="pw" type="password" aria-label="Password"><button id="go">Sign in</button></form>
    <div id="card" draggable="true">Card one</div><ul id="list" role="listbox" aria-label="Done"><li>drop here</li></ul>
    <div data-fluxrec-mask><button id="masked">Anna Smith</button></div>
    <div data-fluxrec-block><button id="blocked">Blocked</button></div>
    <div id="text">some <b id="bold">text</b></div>`;
  document.getElementById('form')?.addEventListener('submit', (event) => {
    event.preventDefault();
  });
  document.getElementById('list')?.addEventListener('dragover', (event) => {
    event.preventDefault();
  });
  lane = new LaneDouble().start(actionLane);
  lane.events.length = 0;
});

afterEach(() => {
  lane.stop();
  document.body.innerHTML = '';
});

const at = (id: string): HTMLElement => document.getElementById(id) ?? document.body;
/** What was said, without what the pointer and the focus do on the way. */
const said = (): string[] =>
  lane
    .of('action')
    .filter(({ kind }) => !['focus-window', 'blur-window', 'scroll'].includes(kind))
    .map(({ text }) => text);

describe('the action lane', () => {
  it('says clicks by role and name', async () => {
    await userEvent.click(at('sync'));
    await userEvent.click(at('icon'));
    await userEvent.click(at('bold'));
    expect(said()).toEqual(['clicked button "Sync now"', 'clicked button "Delete row"', 'clicked element "text"']);
  });

  it('says double clicks once', async () => {
    await userEvent.dblClick(at('sync'));
    expect(said()).toEqual(['clicked button "Sync now"', 'double-clicked button "Sync now"']);
  });

  it('never says what was typed', async () => {
    await userEvent.type(at('mail'), 'anna@example.org');
    await userEvent.type(at('pw'), 'hunter2{Enter}');
    expect(said()).toEqual([
      'typed in e-mail field "E-mail"',
      'typed in password field "Password"',
      'pressed Enter in password field "Password"',
      'pressed button "Sign in"',
      'submitted form "login"',
    ]);
    expect(JSON.stringify(lane.events)).not.toMatch(/anna|hunter/);
  });

  it('says what was chosen', async () => {
    await userEvent.click(at('agree'));
    await userEvent.click(at('agree'));
    await userEvent.click(at('red'));
    at('size').focus();
    await userEvent.keyboard('L');
    expect(said()).toEqual([
      'checked check box "I agree"',
      'unchecked check box "I agree"',
      'chose radio button "Red"',
      'chose "Large" in list "Size"',
    ]);
  });

  it('says shortcuts and named keys, not letters', async () => {
    at('mail').focus();
    await userEvent.keyboard('a{Control>}b{/Control}{Escape}{Shift>}C{/Shift}');
    expect(said().filter((text) => text.startsWith('pressed'))).toEqual([
      'pressed Ctrl+B in e-mail field "E-mail"',
      'pressed Escape in e-mail field "E-mail"',
    ]);
  });

  it('says where the window went', async () => {
    history.replaceState(null, '', '?access_token=abc#one');
    await userEvent.click(at('link'));
    await lane.until(() => said().length >= 3, 'the navigation');
    const paths = said().map((text) => text.replace(/ \/\S*\?/, ' ?'));
    expect(paths).toContain('went to ?access_token=***#one');
    expect(paths).toContain('clicked link "Go there"');
    expect(paths).toContain('went to ?access_token=***#there');
  });

  it('says drag and drop', async () => {
    await userEvent.dragAndDrop(at('card'), at('list'));
    expect(said().find((text) => text.startsWith('dragged'))).toBe('dragged element "Card one" onto list "Done"');
  });

  it('is masked like the dom lane', async () => {
    await userEvent.click(at('masked'));
    await userEvent.click(at('blocked'));
    expect(said()).toEqual(['clicked button']);
  });

  it('leaves what scripts do to them', () => {
    at('sync').click();
    expect(said()).toEqual([]);
  });

  it('says nothing while paused', async () => {
    lane.paused = true;
    await userEvent.click(at('sync'));
    expect(lane.events).toEqual([]);
  });
});
