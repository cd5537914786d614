// Draws. Everything that comes from outside goes in as text, never as markup.

const NUMBER = new Intl.NumberFormat();
const CLOCK = new Intl.DateTimeFormat(undefined, { hour: '2-digit', minute: '2-digit', second: '2-digit' });
const MINUTE = new Intl.DateTimeFormat(undefined, { hour: '2-digit', minute: '2-digit' });
const SVG = 'http://www.w3.org/2000/svg';
const SERIES = 6;

export const number = (value) => NUMBER.format(value);

export function element(name, properties = {}, ...children) {
  const made = document.createElement(name);
  for (const [key, value] of Object.entries(properties)) {
    if (key === 'data') {
      Object.assign(made.dataset, value);
    } else {
      made[key] = value;
    }
  }
  made.append(...children);
  return made;
}

function shape(name, attributes, text) {
  const made = document.createElementNS(SVG, name);
  for (const [key, value] of Object.entries(attributes)) {
    made.setAttribute(key, value);
  }
  if (text !== undefined) {
    made.textContent = text;
  }
  return made;
}

export function alertItem(alert, fresh) {
  const at = new Date(alert.detectedAt);
  return element(
    'li',
    { className: fresh ? 'alert fresh' : 'alert', data: { severity: alert.severity } },
    element(
      'div',
      { className: 'alert-head' },
      element('span', { className: 'badge', data: { severity: alert.severity } }, alert.severity),
      element('span', {}, alert.kind),
      element('code', {}, alert.ruleId),
      element('span', {}, alert.subject),
      element('time', { dateTime: alert.detectedAt, title: at.toLocaleString() }, CLOCK.format(at)),
    ),
    element('p', { className: 'alert-text' }, alert.message),
  );
}

export function postItems(posts) {
  const most = Math.max(1, ...posts.map((post) => post.likes));
  return posts.map((post, index) => {
    const meter = element('meter', { min: 0, max: most, value: Math.max(0, post.likes) });
    meter.setAttribute('aria-label', `${number(post.likes)} likes`);
    return element(
      'li',
      { className: 'post' },
      element('span', { className: 'post-rank' }, `${index + 1}`),
      element('span', { className: 'post-id', title: post.postId }, post.postId),
      element('span', { className: 'post-likes' }, number(post.likes)),
      meter,
      element('span', { className: 'post-more' }, `${number(post.comments)} comments · ${number(post.shares)} shares`),
    );
  });
}

/** The busiest types get a colour each, the rest share the last one. */
function series(rows) {
  const totals = new Map();
  for (const row of rows) {
    totals.set(row.type, (totals.get(row.type) ?? 0) + row.count);
  }
  return [...totals.entries()]
    .sort((a, b) => b[1] - a[1])
    .map(([type, total], index) => ({ type, total, colour: `series-${Math.min(index + 1, SERIES)}` }));
}

/** Stacked bars, one for each minute. */
export function chart(rows, from, minutes) {
  const width = 600;
  const height = 150;
  const foot = 16;
  const all = series(rows);
  const counts = new Map(rows.map((row) => [`${Date.parse(row.bucket)} ${row.type}`, row.count]));
  const starts = Array.from({ length: minutes }, (_, i) => from + i * 60_000);
  const sum = (start) => all.reduce((total, { type }) => total + (counts.get(`${start} ${type}`) ?? 0), 0);
  const most = Math.max(1, ...starts.map(sum));
  const svg = shape('svg', { viewBox: `0 0 ${width} ${height}`, role: 'img', preserveAspectRatio: 'none' });
  svg.append(shape('title', {}, `Events a minute; the most in one minute: ${number(most)}`));
  const step = width / minutes;
  for (const part of [0, 0.5, 1]) {
    const y = 8 + (height - foot - 8) * (1 - part);
    svg.append(shape('line', { class: 'grid', x1: 0, x2: width, y1: y, y2: y }));
    svg.append(shape('text', { x: 2, y: y - 2 }, number(Math.round(most * part))));
  }
  starts.forEach((start, i) => {
    let top = height - foot;
    for (const { type, colour } of all) {
      const count = counts.get(`${start} ${type}`) ?? 0;
      const tall = (count / most) * (height - foot - 8);
      top -= tall;
      if (count > 0) {
        const bar = shape('rect', { class: colour, x: i * step + 1, y: top, width: step - 2, height: tall });
        bar.append(shape('title', {}, `${MINUTE.format(start)} ${type}: ${number(count)}`));
        svg.append(bar);
      }
    }
    if (i % 5 === 0) {
      svg.append(shape('text', { x: i * step + 1, y: height - 3 }, MINUTE.format(start)));
    }
  });
  const legend = all.map(({ type, total, colour }) =>
    element('li', { className: colour }, `${type.replace('_', ' ')} `, element('b', {}, number(total))));
  return { svg, legend };
}

export function healthItems(parts) {
  return [...parts.entries()].flatMap(([name, { state, text }]) => [
    element('dt', {}, name),
    element('dd', { data: { state } }, text),
  ]);
}
