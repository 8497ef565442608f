/** Where Save to file writes: a file that the person chose, or a download. Exactly one of `finish` and `abort` ends it. */
export interface FileSink {
  write(bytes: Uint8Array<ArrayBuffer>): Promise<void>;
  finish(): Promise<void>;
  abort(): Promise<void>;
}

/** The File System Access API's picker; not in TypeScript's DOM library, for want of a second browser. */
interface PickerWindow {
  showSaveFilePicker?: (options: {
    suggestedName: string;
    types: { description: string; accept: Record<string, string[]> }[];
  }) => Promise<FileSystemFileHandle>;
}

/**
 * Asks where to save; undefined when the person changes their mind. Call it while the press is still being handled: the
 * picker wants a fresh one. In a frame on another origin browsers allow no picker, so there it is a download.
 */
export async function openFileSink(name: string): Promise<FileSink | undefined> {
  const picker = (window as PickerWindow).showSaveFilePicker;
  if (picker !== undefined) {
    try {
      const handle = await picker.call(window, {
        suggestedName: name,
        types: [{ description: 'Fluxion Recorder bundle', accept: { 'application/x-fluxrec': ['.fluxrec'] } }],
      });
      return await fileSink(handle);
    } catch (error) {
      if (error instanceof DOMException && error.name === 'AbortError') return undefined;
      // SecurityError in a cross-origin frame, NotAllowedError without permission: a download needs neither.
    }
  }
  return downloadSink(name);
}

async function fileSink(handle: FileSystemFileHandle): Promise<FileSink> {
  const stream = await handle.createWritable();
  return {
    write: (bytes) => stream.write(bytes),
    finish: () => stream.close(),
    abort: () => stream.abort(),
  };
}

/** How long a download may take to begin before its bytes are let go. */
const RELEASE_AFTER_MS = 60_000;

/** Collects Blobs, not one array: the browser moves large Blobs to disk, so that a 200 MB bundle is not held in memory. */
function downloadSink(name: string): FileSink {
  let pieces: Blob[] = [];
  return {
    write(bytes) {
      pieces.push(new Blob([bytes]));
      return Promise.resolve();
    },
    finish() {
      const url = URL.createObjectURL(new Blob(pieces, { type: 'application/x-fluxrec' }));
      const link = document.createElement('a');
      link.href = url;
      link.download = name;
      link.click();
      pieces = [];
      setTimeout(() => {
        URL.revokeObjectURL(url);
      }, RELEASE_AFTER_MS);
      return Promise.resolve();
    },
    abort() {
      pieces = [];
      return Promise.resolve();
    },
  };
}
