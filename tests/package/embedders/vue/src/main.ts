import { createApp } from 'vue';
import App from './App.vue';
import './recorder.js';

createApp(App).mount('#app');
