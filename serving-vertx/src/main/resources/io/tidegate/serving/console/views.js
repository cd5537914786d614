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
    const bar = element('progress', { max: most, value: Math.max(0, post.likes) });
    bar.setAttribute('aria-label', `${number(post.likes)} likes`);
    return element(
      'li',
      { className: 'post' },
      element('span', { className: 'post-rank' }, `${index + 1}`),
      element('span', { className: 'post-id', title: post.postId }, post.postId),
      element('span', { className: 'post-likes' }, number(post.likes)),
      bar,
      element('span', { className: 'post-more' }, `${number(post.comments)} comments · ${number(post.shares)} shares`),
    );
  });
}

/** The busiest types get a colour each, what is left is one series. */
function series(rows) {
  const totals = new Map();
  for (const row of rows) {
    totals.set(row.type, (totals.get(row.type) ?? 0) + row.count);
  }
  const byTotal = [...totals.entries()].sort((a, b) => b[1] - a[1]);
  const own = byTotal.length > SERIES ? SERIES - 1 : SERIES;
  const all = byTotal.slice(0, own).map(([type, total]) => ({ name: type.replace('_', ' '), types: [type], total }));
  const rest = byTotal.slice(own);
  if (rest.length > 0) {
    all.push({ name: 'other', types: rest.map(([type]) => type), total: rest.reduce((sum, [, n]) => sum + n, 0) });
  }
  return all.map((one, index) => ({ ...one, colour: `series-${index + 1}` }));
}

/**
 * Stacked bars, one for each minute.
 *
 * @param width in pixels; drawn for exactly this, so that texts keep their shape
 */
export function chart(rows, from, minutes, width) {
  const height = 160;
  const left = 44;
  const foot = 18;
  const head = 10;
  const all = series(rows);
  const counts = new Map(rows.map((row) => [`${Date.parse(row.bucket)} ${row.type}`, row.count]));
  const starts = Array.from({ length: minutes }, (_, i) => from + i * 60_000);
  const count = (start, one) => one.types.reduce((sum, type) => sum + (counts.get(`${start} ${type}`) ?? 0), 0);
  const most = Math.max(1, ...starts.map((start) => all.reduce((sum, one) => sum + count(start, one), 0)));
  const svg = shape('svg', { viewBox: `0 0 ${width} ${height}`, role: 'img' });
  svg.append(shape('title', {}, `Events a minute; the most in one minute: ${number(most)}`));
  const step = (width - left) / minutes;
  for (const part of [0, 0.5, 1]) {
    const y = head + (height - foot - head) * (1 - part);
    svg.append(shape('line', { class: 'grid', x1: left, x2: width, y1: y, y2: y }));
    svg.append(shape('text', { x: left - 6, y: y + 4, 'text-anchor': 'end' }, number(Math.round(most * part))));
  }
  starts.forEach((start, i) => {
    let top = height - foot;
    for (const one of all) {
      const value = count(start, one);
      const tall = (value / most) * (height - foot - head);
      top -= tall;
      if (value > 0) {
        const bar = shape('rect', { class: one.colour, x: left + i * step + 1, y: top, width: step - 2, height: tall });
        bar.append(shape('title', {}, `${MINUTE.format(start)} ${one.name}: ${number(value)}`));
        svg.append(bar);
      }
    }
    if (i % 5 === 0) {
      svg.append(shape('text', { x: left + i * step + 1, y: height - 4 }, MINUTE.format(start)));
    }
  });
  const legend = all.map((one) =>
    element('li', { className: one.colour }, `${one.name} `, element('b', {}, number(one.total))));
  return { svg, legend };
}

export function healthItems(parts) {
  return [...parts.entries()].flatMap(([name, { state, text }]) => [
    element('dt', {}, name),
    element('dd', { data: { state } }, text),
  ]);
}
