// Where the customer's page lies on the technician's screen: the replay puts it in the middle, made smaller until it fits, never larger.

export interface Size {
  readonly width: number;
  readonly height: number;
}

export interface PageBox extends Size {
  readonly left: number;
  readonly top: number;
}

/** Parts of the page's width and height, 0 to 1. */
export interface PagePoint {
  readonly x: number;
  readonly y: number;
}

export function pageBox(page: Size, area: Size, maxScale = 1): PageBox {
  const scale = Math.min(area.width / page.width, area.height / page.height, maxScale);
  const width = page.width * scale;
  const height = page.height * scale;
  return { width, height, left: (area.width - width) / 2, top: (area.height - height) / 2 };
}

/** Undefined beside the page. */
export function pointIn(box: PageBox, left: number, top: number): PagePoint | undefined {
  const x = (left - box.left) / box.width;
  const y = (top - box.top) / box.height;
  return x >= 0 && x <= 1 && y >= 0 && y <= 1 ? { x, y } : undefined;
}
