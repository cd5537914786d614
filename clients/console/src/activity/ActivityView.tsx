import { useState } from 'preact/hooks';
import { day, minute, plural } from '../format.ts';
import { mayAnalyse } from '../session.ts';
import { Choice, Empty, Failure, Loading, Panel, Stale } from '../ui/parts.tsx';
import { usePolled } from '../ui/polled.ts';
import { timeline, type ActivityRow } from './activity.ts';
import { StackedBars, TimelineTable } from './StackedBars.tsx';
import { Turnover } from './Turnover.tsx';

type Range = 'hour' | 'day' | 'week' | 'month';
type Look = 'chart' | 'table';

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;

const RANGES: Record<Range, { text: string; bucket: 'minute' | 'hour' | 'day'; step: number; long: number; every: number }> = {
  hour: { text: '1 h', bucket: 'minute', step: MINUTE, long: HOUR, every: 10_000 },
  day: { text: '24 h', bucket: 'hour', step: HOUR, long: DAY, every: 60_000 },
  week: { text: '7 d', bucket: 'hour', step: HOUR, long: 7 * DAY, every: 60_000 },
  month: { text: '30 d', bucket: 'day', step: DAY, long: 30 * DAY, every: 300_000 },
};

const LOOKS = [
  { value: 'chart', text: 'Chart' },
  { value: 'table', text: 'Table' },
] as const;

export function ActivityView() {
  const [range, setRange] = useState<Range>('hour');
  const [look, setLook] = useState<Look>('chart');
  const { bucket, step, long, every } = RANGES[range];
  const activity = usePolled(
    async (api, signal) => {
      const to = Math.ceil((Date.now() + 1) / step) * step;
      const from = to - long;
      const rows = await api.get<ActivityRow[]>('/api/v1/analytics/activity', { bucket, from, to }, signal);
      return { range, from, to, data: timeline(rows, from, to, step) };
    },
    [range],
    every,
  );
  // Of another range: not what is asked for.
  const current = activity.data?.range === range ? activity.data : undefined;
  const timeText = range === 'hour' ? minute : range === 'month' ? day : (at: number) => `${day(at)} ${minute(at)}`;
  const text = range === 'day' ? minute : timeText;

  if (!mayAnalyse.value) {
    return <Empty title="This token may not read analytics.">It needs the role analyst or admin.</Empty>;
  }
  return (
    <div class="stack">
      <div class="view-head">
        <h2>Activity</h2>
        <Choice
          label="Range"
          value={range}
          onChange={setRange}
          options={(Object.keys(RANGES) as Range[]).map((value) => ({ value, text: RANGES[value].text }))}
        />
        <Choice label="Show as" value={look} onChange={setLook} options={LOOKS} />
      </div>
      <Panel title="Events" note={`per ${bucket}`}>
        <Stale error={current && activity.error} />
        {current ? (
          current.data.series.length === 0 ? (
            <Empty title="No events in this range." />
          ) : look === 'chart' ? (
            <StackedBars
              data={current.data}
              timeText={text}
              label={`Events per ${bucket}: ${current.data.series
                .map((one) => `${one.name} ${one.total}`)
                .join(', ')}; at most ${plural(current.data.highest, 'event')} in one ${bucket}`}
            />
          ) : (
            <TimelineTable data={current.data} timeText={timeText} caption={`Events per ${bucket} by type`} />
          )
        ) : activity.error ? (
          <Failure error={activity.error} retry={activity.refresh} what="activity" />
        ) : (
          <Loading what="activity" />
        )}
      </Panel>
      <Turnover longMs={long} look={look} />
    </div>
  );
}
