import { short, whole, words } from '../format.ts';
import { useWidth } from '../ui/width.ts';
import { axisEnd, type Timeline } from './activity.ts';

const HEIGHT = 220;
const LEFT = 44;
const HEAD = 10;
const FOOT = 22;

/** Events over time, one colour for each type. */
export function StackedBars({ data, label, timeText }: { data: Timeline; label: string; timeText: (at: number) => string }) {
  const { ref, width } = useWidth<HTMLDivElement>(800);
  const end = axisEnd(data.highest);
  const tall = HEIGHT - HEAD - FOOT;
  const step = (width - LEFT) / data.starts.length;
  const gap = step > 6 ? 2 : step > 3 ? 1 : 0;
  // One label for about every 90 pixels.
  const every = Math.max(1, Math.ceil(90 / step));
  return (
    <div ref={ref} class="chart">
      <svg viewBox={`0 0 ${width} ${HEIGHT}`} width={width} height={HEIGHT} role="img" aria-label={label}>
        {[0, 0.5, 1].map((part) => {
          const y = HEAD + tall * (1 - part);
          return (
            <g key={part}>
              <line class="grid" x1={LEFT} x2={width} y1={y} y2={y} />
              <text x={LEFT - 8} y={y + 4} text-anchor="end">
                {short(end * part)}
              </text>
            </g>
          );
        })}
        {data.starts.map((start, index) => {
          let top = HEAD + tall;
          const x = LEFT + index * step;
          const parts = data.series.map((one) => `${words(one.name)} ${whole(one.values[index]!)}`).join(', ');
          return (
            <g key={start} class="bar-of-time">
              <title>{`${timeText(start)}: ${parts}`}</title>
              <rect class="hover" x={x} y={HEAD} width={step} height={tall} />
              {data.series.map((one, number) => {
                const height = (one.values[index]! / end) * tall;
                top -= height;
                return height > 0 ? (
                  <rect
                    key={one.name}
                    class={`series-${number + 1}`}
                    x={x + gap / 2}
                    y={top}
                    width={Math.max(0.5, step - gap)}
                    height={height}
                  />
                ) : null;
              })}
              {index % every === 0 && (
                <text x={x} y={HEIGHT - 5}>
                  {timeText(start)}
                </text>
              )}
            </g>
          );
        })}
      </svg>
      <ul class="legend">
        {data.series.map((one, number) => (
          <li key={one.name}>
            <i class={`series-${number + 1}`} aria-hidden="true" />
            {words(one.name)} <b>{whole(one.total)}</b>
          </li>
        ))}
      </ul>
    </div>
  );
}

/** The same numbers for those who don't see the chart, or want to copy them. */
export function TimelineTable({ data, timeText, caption }: { data: Timeline; timeText: (at: number) => string; caption: string }) {
  const newestFirst = data.starts.map((start, index) => ({ start, index })).reverse();
  return (
    <div class="table-scroll" tabIndex={0} role="region" aria-label={caption}>
      <table>
        <caption class="hidden">{caption}</caption>
        <thead>
          <tr>
            <th scope="col">Time</th>
            {data.series.map((one) => (
              <th key={one.name} scope="col" class="number">
                {words(one.name)}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {newestFirst.map(({ start, index }) => (
            <tr key={start}>
              <th scope="row">{timeText(start)}</th>
              {data.series.map((one) => (
                <td key={one.name} class="number">
                  {whole(one.values[index]!)}
                </td>
              ))}
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}
