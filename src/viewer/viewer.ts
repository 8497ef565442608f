import './base.css';
import { mount } from 'svelte';
import App from './App.svelte';
import { createServices } from './services.js';
import { takeCode } from './state/sign-in.svelte.js';

// The composition root: everything that the viewer is made of is put together here and in services.ts.
const target = document.querySelector('#viewer');
if (target === null) throw new TypeError('the document has no place for the viewer');

const code = takeCode(window);
const services = createServices(window);
mount(App, { target, props: { services } });
// A local file asks no desk for anything.
if (code !== undefined || services.router.route.page !== 'file') void services.signIn.start(code);
