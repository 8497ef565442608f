// What the customer's window shows while it is watched: a document of text with a form, the same for ours and for the peer.

/** Cells of the barcode: the number of a change, least significant bit first, between a white cell and a black one. */
const BITS = 20;
const CELL_PX = 16;
const CODE_HEIGHT_PX = 32;
export const CODE_WIDTH_PX = (BITS + 2) * CELL_PX;
/** Between two changes: 15 a second, never in step with a screen or a capture. */
const CHANGE_MS = 1000 / 15;
const JITTER = 0.5;
const ROWS = 400;

const WORDS =
  'order shipped to Hamburg gear motor 24 pieces delayed by customs invoice paid rate changed total sum port'.split(
    ' ',
  );

/** Unix ms at which each change was made. */
const changedAt: number[] = [];
let changing: ReturnType<typeof setTimeout> | undefined;

function rowText(index: number): string {
  const word = (at: number): string => WORDS[(index * 7 + at * 3 + ((index * at) % 5)) % WORDS.length] ?? '';
  return `${String(10_000 + index)} ${Array.from({ length: 22 }, (_, at) => word(at)).join(' ')}`;
}

export function buildScene(): void {
  const style = document.createElement('style');
  style.textContent = `
    body { margin: 0; font: 15px/22px sans-serif; background: #fff; color: #1a1f27; }
    header { position: fixed; inset: 0 0 auto; height: 64px; background: #eef1f5; z-index: 1; }
    #code { position: absolute; left: 0; top: 0; }
    #change { position: absolute; left: 400px; top: 8px; margin: 0; }
    form { position: fixed; top: 64px; left: 0; right: 0; height: 150px; padding: 12px 24px; background: #f7f8fa; z-index: 1; }
    form input { width: 220px; font: inherit; }
    textarea { display: block; width: 1100px; height: 90px; margin-top: 10px; font: inherit; }
    main { padding: 250px 24px 24px; white-space: nowrap; overflow: hidden; }
    main p { margin: 0; }
    main p:nth-child(7n) { color: #b3261e; }
  `;
  document.head.append(style);
  document.body.innerHTML = `<header><canvas id="code" width="${CODE_WIDTH_PX}" height="${CODE_HEIGHT_PX}"></canvas><p id="change">0</p></header>
    <form><input value="Ada Example" aria-label="Name"> <input value="ada@example.org" aria-label="Mail"> <input type="password" value="hunter22" aria-label="Password">
    <textarea id="note" data-fluxrec-unmask aria-label="Note"></textarea></form>
    <main>${Array.from({ length: ROWS }, (_, index) => `<p>${rowText(index)}</p>`).join('')}</main>`;
  draw(0);
}

function draw(change: number): void {
  const context = document.querySelector<HTMLCanvasElement>('#code')?.getContext('2d');
  if (!context) throw new Error('No canvas.');
  for (let cell = 0; cell < BITS + 2; cell++) {
    const isWhite = cell === 0 || (cell <= BITS && (change >> (cell - 1)) % 2 === 1);
    context.fillStyle = isWhite ? '#fff' : '#000';
    context.fillRect(cell * CELL_PX, 0, CELL_PX, CODE_HEIGHT_PX);
  }
}

/** What a bench does with the window, by the global name `changing`. */
export interface Changing {
  start(): void;
  stop(): void;
  /** When each change was made, by its number; Unix ms. */
  all(): readonly (number | null)[];
}

export function exposeChanges(): void {
  const changing: Changing = { start, stop, all: () => changedAt };
  Object.assign(globalThis, { changing });
}

/** 15 changes a second, in the barcode and as text. */
function start(): void {
  stop();
  const change = (): void => {
    const number = Math.max(changedAt.length, 1);
    draw(number);
    const line = document.querySelector('#change')?.firstChild;
    if (line instanceof Text) line.data = String(number);
    changedAt[number] = Date.now();
    changing = setTimeout(change, CHANGE_MS * (1 + JITTER * (Math.random() - 0.5)));
  };
  change();
}

function stop(): void {
  clearTimeout(changing);
}

/** The number in a picture of the window, whatever its size; undefined where there is none. */
export function readCode(
  context: OffscreenCanvasRenderingContext2D,
  picture: CanvasImageSource,
  size: { readonly width: number; readonly height: number },
  windowWidth: number,
): number | undefined {
  const scale = size.width / windowWidth;
  const { width, height } = context.canvas;
  context.drawImage(picture, 0, 0, CODE_WIDTH_PX * scale, CODE_HEIGHT_PX * scale, 0, 0, width, height);
  const { data } = context.getImageData(0, 0, width, height);
  const row = Math.floor(height / 2) * width;
  const isWhite = (cell: number): boolean =>
    (data[(row + Math.floor((cell + 0.5) * (width / (BITS + 2)))) * 4] ?? 0) > 127;
  if (!isWhite(0) || isWhite(BITS + 1)) return undefined;
  let number = 0;
  for (let bit = 0; bit < BITS; bit++) if (isWhite(bit + 1)) number += 2 ** bit;
  return number;
}
