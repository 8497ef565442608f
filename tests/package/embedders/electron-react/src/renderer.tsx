import { createRoot } from 'react-dom/client';
import { useSyncExternalStore, type DetailedHTMLProps, type HTMLAttributes } from 'react';
import { startRecorder } from 'fluxion-recorder/recorder';

declare module 'react' {
  namespace JSX {
    interface IntrinsicElements {
      'fluxion-diagnostics-button': DetailedHTMLProps<HTMLAttributes<HTMLElement>, HTMLElement> & {
        disabled?: boolean;
      };
    }
  }
}

const recorder = startRecorder();

function useRecorderState() {
  return useSyncExternalStore(
    (listener) => recorder.onChange(listener),
    () => recorder.state,
  );
}

function Shop() {
  const state = useRecorderState();
  return (
    <main data-state={state}>
      <h1>Shop</h1>
      <label>
        Card <input name="card" autoComplete="cc-number" />
      </label>
      <p data-fluxrec-mask>Balance: 4,711</p>
      <button id="fail" onClick={() => console.error('It failed in React')}>
        Fail
      </button>
      <fluxion-diagnostics-button />
    </main>
  );
}

const root = document.getElementById('root');
if (root !== null) createRoot(root).render(<Shop />);
