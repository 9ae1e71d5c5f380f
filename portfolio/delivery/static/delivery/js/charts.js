// Draws every [data-chart] from the figure in the JSON beside it, in the colours of the page.
// Plotly is large: it is loaded when the page has been read and a chart comes into view.

const NARROW = 620;
const PICTURE_WIDTH = 1200;
const TITLE_LENGTH = 112;
// About what names of rows take beside a plot, and a label such as “85 %” above it.
const ROW_NAMES = 240;
const LABEL_WIDTH = 36;
// What the name of a row takes above it where there is no room beside.
const ROW_NAME_HEIGHT = 18;
const FACES = ["--surface", "--ink", "--ink-2", "--ink-3", "--line", "--line-strong", "--accent", "--green", "--amber", "--red", "--p85", "--p95"];
let loading;

function loadPlotly(url) {
  loading ??= new Promise((resolve, reject) => {
    const { head } = document;
    const script = document.createElement("script");
    script.src = url;
    script.onload = () => {
      delete head.appendChild;
      resolve(window.Plotly);
    };
    script.onerror = () => reject(new Error(`${url} could not be loaded.`));
    head.append(script);
    // While it loads, the map library in it adds a style element, which the Content-Security-Policy
    // refuses aloud. We draw no maps: it is thrown away.
    head.appendChild = (node) => (node.localName === "style" ? node : Element.prototype.appendChild.call(head, node));
  });
  return loading;
}

// Plotly makes its PNG from a blob: address, which the policy refuses; from its SVG we can make it ourselves.
async function savePicture(svg, width, height, name) {
  const scale = 2;
  const picture = new Image();
  picture.src = svg;
  await picture.decode();
  const canvas = document.createElement("canvas");
  canvas.width = width * scale;
  canvas.height = height * scale;
  canvas.getContext("2d").drawImage(picture, 0, 0, canvas.width, canvas.height);
  const blob = await new Promise((resolve) => { canvas.toBlob(resolve, "image/png"); });
  const link = document.createElement("a");
  link.href = URL.createObjectURL(blob);
  link.download = `${name}.png`;
  link.click();
  URL.revokeObjectURL(link.href);
}

// A token may be light-dark(…); only a computed colour is one that Plotly understands.
function readTheme() {
  const probe = document.createElement("span");
  document.body.append(probe);
  const theme = {};
  for (const name of FACES) {
    probe.style.color = `var(${name})`;
    theme[name.slice(2)] = getComputedStyle(probe).color;
  }
  probe.remove();
  theme.font = getComputedStyle(document.body).fontFamily;
  return theme;
}

function put(target, path, value) {
  const names = path.split(".");
  const last = names.pop();
  let place = target;
  for (const name of names) place = place[name] ??= {};
  place[last] = value;
}

function paint(part, theme) {
  for (const [path, token] of Object.entries(part.meta?.paint ?? {})) put(part, path, theme[token]);
}

function dress(figure, width) {
  const theme = readTheme();
  const { data, layout } = structuredClone(figure);
  data.forEach((trace) => paint(trace, theme));
  paint(layout, theme);
  layout.width = width;
  layout.paper_bgcolor = layout.plot_bgcolor = theme.surface;
  layout.font = { family: theme.font, size: 12.5, color: theme["ink-2"] };
  layout.hoverlabel = { bgcolor: theme.surface, bordercolor: theme["line-strong"], font: { color: theme.ink, family: theme.font, size: 13 }, align: "left" };
  for (const [name, axis] of Object.entries(layout)) {
    if (!/^[xy]axis\d*$/.test(name)) continue;
    axis.gridcolor = theme.line;
    axis.linecolor = theme["line-strong"];
    axis.tickfont = { color: layout.meta?.rows && name === "yaxis" ? theme.ink : theme["ink-2"] };
    if (axis.title) axis.title.font = { size: 12.5, color: theme["ink-2"] };
    if (width < NARROW && axis.nticks > 5 && name.startsWith("x")) axis.nticks = 5;
  }
  if (width < NARROW && layout.meta?.rows) {
    // Beside the rows there is no room for their names: each stands above its row.
    const { tickvals, ticktext } = layout.yaxis;
    const names = tickvals.map((y, at) => ({
      text: ticktext[at], x: 0, xref: "paper", xanchor: "left", y, yanchor: "bottom", yshift: layout.meta.lift ?? 7, showarrow: false, font: { color: theme.ink },
      bgcolor: theme.surface, borderpad: 0, // so that the line of today does not strike them through
    }));
    layout.annotations = [...layout.annotations, ...names];
    Object.assign(layout.yaxis, { showticklabels: false, automargin: false, range: [tickvals.length - 0.6, -0.9] });
    Object.assign(layout.margin, { l: 16, r: 22 }); // room for half a label of each end
    layout.height += tickvals.length * ROW_NAME_HEIGHT;
    layout.xaxis.nticks = 5;
  }
  spread(layout);
  return { data, layout };
}

// Labels above the plot that would hide each other make way to the right.
function spread(layout) {
  const labels = layout.annotations.filter((label) => label.name === "across").sort((one, other) => one.x - other.x);
  if (!labels.length) return;
  const [first, last] = layout.xaxis.range;
  const names = layout.yaxis.automargin === false ? 0 : ROW_NAMES;
  const scale = (layout.width - names - layout.margin.l - layout.margin.r) / (last - first);
  let free = -Infinity;
  for (const label of labels) {
    const place = label.x * scale;
    label.xshift = Math.max(free - place, 0);
    free = place + label.xshift + LABEL_WIDTH;
  }
}

// Plotly breaks no lines itself, and reads markup where there is none.
function broken(text) {
  const lines = [""];
  for (const word of text.trim().replaceAll("&", "&amp;").replaceAll("<", "&lt;").split(/\s+/)) {
    const last = lines.at(-1);
    if (last.length + word.length > TITLE_LENGTH) lines.push(word);
    else lines[lines.length - 1] = last ? `${last} ${word}` : word;
  }
  return lines;
}

class Chart {
  constructor(box) {
    this.box = box;
    this.figure = JSON.parse(document.getElementById(box.dataset.chart).textContent);
    this.button = document.querySelector(`[data-chart-png="${box.dataset.chart}"]`);
    this.button?.addEventListener("click", () => this.download());
  }

  async start() {
    this.plotly = await loadPlotly(this.box.dataset.plotly);
    this.draw();
    if (this.button) this.button.hidden = false;
    new ResizeObserver(() => requestAnimationFrame(() => this.draw())).observe(this.box);
    matchMedia("(prefers-color-scheme: dark)").addEventListener("change", () => this.draw(true));
    new MutationObserver(() => this.draw(true)).observe(document.documentElement, { attributeFilter: ["data-theme"] });
  }

  draw(always = false) {
    const width = this.box.clientWidth;
    if (!width || (width === this.width && !always)) return;
    this.width = width;
    const { data, layout } = dress(this.figure, width);
    this.plotly.react(this.box, data, layout, { displayModeBar: false, responsive: false, doubleClick: false });
  }

  // The picture goes without the page: it carries its title and its legend itself.
  async download() {
    const { data, layout } = dress(this.figure, PICTURE_WIDTH);
    const lines = broken(document.getElementById(this.box.getAttribute("aria-labelledby")).textContent);
    layout.title = { text: lines.join("<br>"), x: 0.01, xanchor: "left", y: 1, yref: "container", yanchor: "top", pad: { t: 12 + 8 * lines.length }, font: { size: 18 } };
    layout.showlegend = true;
    layout.legend = { orientation: "h", traceorder: "normal", x: 0.01, xref: "container", y: 0.01, yref: "container", yanchor: "bottom", font: { size: 12 } };
    const room = 12 + 28 * lines.length;
    layout.margin.t += room;
    layout.margin.b += 44;
    layout.height += room + 44;
    const size = { width: PICTURE_WIDTH, height: layout.height };
    const svg = await this.plotly.toImage({ data, layout }, { format: "svg", ...size });
    await savePicture(svg, size.width, size.height, this.box.dataset.name);
  }
}

const seen = new IntersectionObserver((entries) => {
  for (const { isIntersecting, target } of entries) {
    if (!isIntersecting) continue;
    seen.unobserve(target);
    new Chart(target).start();
  }
}, { rootMargin: "200px" });

// Room for each chart is kept from the start, so that nothing moves when it is drawn.
function keepRoom(box) {
  const { layout } = JSON.parse(document.getElementById(box.dataset.chart).textContent);
  const names = layout.meta?.rows && box.clientWidth < NARROW ? layout.yaxis.tickvals.length * ROW_NAME_HEIGHT : 0;
  box.style.minHeight = `${layout.height + names}px`;
}

function begin() {
  for (const box of document.querySelectorAll("[data-chart]")) {
    keepRoom(box);
    seen.observe(box);
  }
}

if (document.readyState === "complete") begin();
else addEventListener("load", begin, { once: true });
