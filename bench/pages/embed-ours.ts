import { startRecorder } from 'fluxion-recorder/recorder';

startRecorder();
