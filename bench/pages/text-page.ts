const LINE_PX = 22;
const CHARACTERS_A_STEP = 4;
/** Of each ten seconds, at five steps a second, the last two are scrolled. */
const ROUND_STEPS = 50;
const SCROLL_STEPS = 10;
const SCROLL_PX = 66;
/** People pause: of ten steps of typing so many bring nothing. */
const PAUSED_STEPS = 3;

const WORDS =
  'order shipped to Hamburg gear motor 24 pieces delayed by customs invoice paid rate changed total sum port'.split(
    ' ',
  );

/** The same for everybody and at each run. */
function lineOf(index: number): string {
  let seed = index * 2_654_435_761;
  const words = [`${10_000 + index}`];
  while (words.join(' ').length < 150) {
    seed = (Math.imul(seed ^ (seed >>> 15), 2_246_822_519) + index) >>> 0;
    words.push(WORDS[seed % WORDS.length] ?? '');
  }
  return words.join(' ');
}

function typedAt(step: number): { readonly characters: number; readonly scrolledPx: number; readonly isNew: boolean } {
  const round = Math.floor(step / ROUND_STEPS);
  const within = step % ROUND_STEPS;
  const typingSteps = ROUND_STEPS - SCROLL_STEPS;
  const typed = Math.min(within, typingSteps - 1);
  const written = typed - Math.floor(typed / 10) * PAUSED_STEPS - Math.max(0, (typed % 10) - (10 - PAUSED_STEPS) + 1);
  const scrolls = Math.max(0, within - typingSteps + 1);
  const isScrolling = within >= typingSteps;
  const isTyping = within < typingSteps && within % 10 < 10 - PAUSED_STEPS;
  return {
    characters: (round * typingSteps + written) * CHARACTERS_A_STEP,
    scrolledPx: (round * SCROLL_STEPS + scrolls) * SCROLL_PX,
    isNew: step === 0 || isScrolling || isTyping,
  };
}

/** Draws what a window full of text shows at a step (a fifth of a second). Answers whether it differs from the step before. */
export function drawText(
  context: OffscreenCanvasRenderingContext2D,
  width: number,
  height: number,
  step: number,
): boolean {
  const { characters, scrolledPx, isNew } = typedAt(step);
  context.fillStyle = '#ffffff';
  context.fillRect(0, 0, width, height);
  context.font = '15px sans-serif';
  const first = Math.floor(scrolledPx / LINE_PX);
  for (let line = first; (line - first) * LINE_PX < height; line++) {
    context.fillStyle = line % 7 === 0 ? '#b3261e' : '#1a1f27';
    context.fillText(lineOf(line), 24, 96 + line * LINE_PX - scrolledPx);
  }
  context.fillStyle = '#eef1f5';
  context.fillRect(0, 0, width, 64);
  context.fillStyle = '#1d5bd0';
  context.fillText(
    `New note: ${lineOf(7)
      .repeat(40)
      .slice(characters % 120, (characters % 120) + 100)}`,
    24,
    40,
  );
  return isNew;
}
