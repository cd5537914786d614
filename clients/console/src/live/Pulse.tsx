import { timeline, type ActivityRow } from '../activity/activity.ts';
import { minute, plural, short, whole } from '../format.ts';
import { mayAnalyse } from '../session.ts';
import { usePolled } from '../ui/polled.ts';
import { useWidth } from '../ui/width.ts';
import { arrived, isFiltered, shown } from './alert-store.ts';

const MINUTE = 60_000;
const MINUTES = 60;
const HEIGHT = 74;
const FOOT = 16;
const TOP = 16;

/** The last hour on one line: how much came in, and above it when something was wrong. */
export function Pulse() {
  return mayAnalyse.value ? <LastHour /> : null;
}

function LastHour() {
  const { ref, width } = useWidth<HTMLDivElement>(900);
  const activity = usePolled(
    async (api, signal) => {
      const to = Math.floor(Date.now() / MINUTE) * MINUTE + MINUTE;
      const from = to - MINUTES * MINUTE;
      const rows = await api.get<ActivityRow[]>('/api/v1/analytics/activity', { bucket: 'minute', from, to }, signal);
      return { from, data: timeline(rows, from, to, MINUTE) };
    },
    [],
    10_000,
  );
  const from = activity.data?.from ?? Math.floor(Date.now() / MINUTE) * MINUTE - (MINUTES - 1) * MINUTE;
  const totals = Array.from({ length: MINUTES }, (_, index) =>
    (activity.data?.data.series ?? []).reduce((sum, one) => sum + one.values[index]!, 0),
  );
  const lastFull = totals[MINUTES - 2] ?? 0;
  // Of others than the wanted ones the page hears nothing while it is filtered.
  const recent = shown.value.filter((alert) => Date.parse(alert.detectedAt) >= from);
  const perMinute = new Map<number, { critical: number; other: number }>();
  for (const alert of recent) {
    const index = Math.min(MINUTES - 1, Math.floor((Date.parse(alert.detectedAt) - from) / MINUTE));
    const cell = perMinute.get(index) ?? { critical: 0, other: 0 };
    cell[alert.severity === 'critical' ? 'critical' : 'other']++;
    perMinute.set(index, cell);
  }
  const end = Math.max(1, ...totals);
  const step = width / MINUTES;
  const tall = HEIGHT - FOOT - TOP;
  const critical = recent.filter((alert) => alert.severity === 'critical').length;
  return (
    <section class="pulse" aria-label="The last hour">
      <dl class="figures">
        <div>
          <dt>events/s</dt>
          <dd>{activity.data ? short(lastFull / 60) : '–'}</dd>
        </div>
        <div>
          <dt>events, 1 h</dt>
          <dd>{activity.data ? short(totals.reduce((sum, one) => sum + one, 0)) : '–'}</dd>
        </div>
        <div>
          <dt>{isFiltered.value ? 'such alerts, 1 h' : 'alerts, 1 h'}</dt>
          <dd>
            {whole(recent.length)}
            {critical > 0 && <small class="critical">{whole(critical)} critical</small>}
          </dd>
        </div>
        <div>
          <dt>new here</dt>
          <dd data-testid="arrived">{whole(arrived.value)}</dd>
        </div>
      </dl>
      <div ref={ref} class="pulse-line">
        <svg
          viewBox={`0 0 ${width} ${HEIGHT}`}
          width={width}
          height={HEIGHT}
          role="img"
          aria-label={`Events a minute over the last hour, at most ${whole(Math.max(...totals))}; ${plural(recent.length, 'alert')}, ${critical} of them critical`}
        >
          <line class="grid" x1="0" x2={width} y1={HEIGHT - FOOT} y2={HEIGHT - FOOT} />
          {totals.map((total, index) => {
            const height = (total / end) * tall;
            const marks = perMinute.get(index);
            const x = index * step;
            return (
              <g key={from + index * MINUTE}>
                <title>{`${minute(from + index * MINUTE)}: ${plural(total, 'event')}, ${plural((marks?.critical ?? 0) + (marks?.other ?? 0), 'alert')}`}</title>
                <rect class="hover" x={x} y="0" width={step} height={HEIGHT - FOOT} />
                <rect
                  class={index === MINUTES - 1 ? 'flow now' : 'flow'}
                  x={x + 0.5}
                  y={HEIGHT - FOOT - height}
                  width={Math.max(1, step - 1.5)}
                  height={height}
                />
                {marks && marks.critical > 0 && (
                  <path class="mark critical" d={`M${x + step / 2} 1l4 7h-8z`} />
                )}
                {marks && marks.other > 0 && (
                  <path class="mark warning" d={`M${x + step / 2} ${marks.critical > 0 ? 9 : 4}l3 3-3 3-3-3z`} />
                )}
                {index % 15 === 0 && (
                  <text x={x} y={HEIGHT - 3}>
                    {minute(from + index * MINUTE)}
                  </text>
                )}
              </g>
            );
          })}
          <text x={width} y={HEIGHT - 3} text-anchor="end">
            now
          </text>
        </svg>
      </div>
      {activity.error && (
        <p class="stale" role="status">
          Activity: {activity.error.message}
        </p>
      )}
    </section>
  );
}
