import { exposeRecorder } from 'fluxion-recorder/preload';

exposeRecorder();
