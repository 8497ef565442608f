import { mount } from 'svelte';
import { startRecorder } from 'fluxion-recorder/recorder';
import App from './App.svelte';
import './fluxion.css';

// The one call that an app adds to its renderer.
const recorder = startRecorder();

const target = document.getElementById('app');
if (target === null) throw new Error('index.html has no element #app.');
mount(App, { target, props: { recorder } });
