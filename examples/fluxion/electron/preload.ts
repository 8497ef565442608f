import { exposeRecorder } from 'fluxion-recorder/preload';

// The one call that an app adds to its preload script.
exposeRecorder();
