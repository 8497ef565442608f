/** An app or a component library that nobody here wrote, out of an npm package, as its own documentation shows it. */
export interface Stranger {
  /** The package. */
  readonly name: string;
  /** Its own page where it brings one, else a small one of ours with the markup of its documentation. */
  readonly path: string;
  /** What is there when the page is ready. */
  readonly ready: string;
}

export const STRANGERS: readonly Stranger[] = [
  { name: 'jquery-ui-dist', path: '/npm/jquery-ui-dist/index.html', ready: '.ui-slider-handle' },
  { name: 'reveal.js', path: '/npm/reveal.js/demo.html', ready: '.reveal.ready' },
  { name: 'swagger-ui-dist', path: '/npm/swagger-ui-dist/index.html', ready: '.opblock' },
  { name: 'bootstrap', path: '/pages/bootstrap.html', ready: '.navbar' },
  { name: '@shoelace-style/shoelace', path: '/pages/shoelace.html', ready: 'html[data-ready]' },
  { name: 'codemirror', path: '/pages/codemirror.html', ready: '.CodeMirror-line' },
  { name: 'quill', path: '/pages/quill.html', ready: '.ql-editor' },
  { name: 'fullcalendar', path: '/pages/fullcalendar.html', ready: '.fc-event' },
  { name: 'datatables.net-dt', path: '/pages/datatables.html', ready: '.dt-paging' },
  { name: 'leaflet', path: '/pages/leaflet.html', ready: '.leaflet-marker-icon' },
  { name: 'chart.js', path: '/pages/chart.html', ready: 'html[data-ready]' },
  { name: '@xterm/xterm', path: '/pages/xterm.html', ready: '.xterm-rows' },
];

/** For a short run: widgets of a library, shadow roots with adopted style sheets, an editor. */
export const ONE_OF_EACH_KIND: readonly Stranger[] = STRANGERS.filter(({ name }) =>
  ['jquery-ui-dist', '@shoelace-style/shoelace', 'codemirror'].includes(name),
);

/** Whose files the pages ask for: the strangers', and what they need beside them. */
export const PACKAGES: readonly string[] = [...STRANGERS.map(({ name }) => name), 'jquery', 'datatables.net'];
