/** Draws a line chart of `values` over the whole canvas, in the canvas's own text colour. */
export function drawChart(canvas: HTMLCanvasElement, values: readonly number[]): void {
  const context = canvas.getContext('2d');
  if (context === null) return;
  const ratio = window.devicePixelRatio;
  const { width, height } = canvas.getBoundingClientRect();
  canvas.width = Math.round(width * ratio);
  canvas.height = Math.round(height * ratio);
  context.scale(ratio, ratio);
  const colour = getComputedStyle(canvas).color;
  const [low, high] = [Math.min(...values), Math.max(...values)];
  const y = (value: number): number => height - 8 - ((value - low) / (high - low || 1)) * (height - 16);
  const x = (index: number): number => (index / Math.max(1, values.length - 1)) * width;

  context.strokeStyle = colour;
  context.globalAlpha = 0.15;
  for (let line = 0; line <= 4; line += 1) {
    context.beginPath();
    context.moveTo(0, 8 + (line * (height - 16)) / 4);
    context.lineTo(width, 8 + (line * (height - 16)) / 4);
    context.stroke();
  }
  context.globalAlpha = 1;
  context.lineWidth = 2;
  context.lineJoin = 'round';
  context.beginPath();
  values.forEach((value, index) => {
    context.lineTo(x(index), y(value));
  });
  context.stroke();
}
