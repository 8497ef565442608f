import './early.js';
import './base.css';
import { startViewer } from './start-viewer.js';

const target = document.querySelector('#viewer');
if (target === null) throw new TypeError('the document has no place for the viewer');
void startViewer({ target, ahead: document.querySelector<HTMLElement>('#replay-place') });
