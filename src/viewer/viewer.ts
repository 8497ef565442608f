import './early.js';
import './base.css';
import { startViewer } from './start-viewer.js';

const target = document.querySelector('#viewer');
if (target === null) throw new TypeError('the document has no place for the viewer');
startViewer({ target, ahead: document.querySelector<HTMLElement>('#replay-place') }).catch((error: unknown) => {
  // The app's own script could not be fetched: there is no component that could say so.
  console.error(error);
  target.setAttribute('role', 'alert');
  target.textContent = 'The viewer could not be loaded. Check the connection and reload the page.';
});
