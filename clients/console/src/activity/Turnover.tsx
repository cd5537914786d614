import { useState } from 'preact/hooks';
import { money, whole } from '../format.ts';
import { Choice, Empty, Failure, Loading, Panel, Stale } from '../ui/parts.tsx';
import { usePolled } from '../ui/polled.ts';

type GroupBy = 'game' | 'city' | 'deviceType' | 'betType';

interface BetsRow {
  count: number;
  turnover: number;
  payout: number;
  averageBet: number | null;
  averageOdds: number | null;
  game?: string;
  city?: string;
  deviceType?: string;
  betType?: string;
}

const GROUPS: readonly { value: GroupBy; text: string }[] = [
  { value: 'game', text: 'Game' },
  { value: 'city', text: 'City' },
  { value: 'deviceType', text: 'Device' },
  { value: 'betType', text: 'Bet type' },
];
const MOST = 15;

export function Turnover({ longMs, look }: { longMs: number; look: 'chart' | 'table' }) {
  const [groupBy, setGroupBy] = useState<GroupBy>('game');
  const bets = usePolled(
    async (api, signal) => {
      const to = Date.now() + 60_000;
      const rows = await api.get<BetsRow[]>(
        '/api/v1/analytics/bets',
        { groupBy, from: to - longMs, to, limit: MOST },
        signal,
      );
      return { groupBy, longMs, rows };
    },
    [groupBy, longMs],
    15_000,
  );
  const current = bets.data?.groupBy === groupBy && bets.data.longMs === longMs ? bets.data.rows : undefined;
  const name = (row: BetsRow) => row[groupBy] || '(not given)';
  const group = GROUPS.find((one) => one.value === groupBy)!.text;
  const most = Math.max(1, ...(current ?? []).flatMap((row) => [row.turnover, row.payout]));

  return (
    <Panel
      title="Turnover"
      note="bets and what was paid out, all currencies together"
      actions={<Choice label="Group by" value={groupBy} options={GROUPS} onChange={setGroupBy} />}
    >
      <Stale error={current && bets.error} />
      {!current ? (
        bets.error ? (
          <Failure error={bets.error} retry={bets.refresh} what="turnover" />
        ) : (
          <Loading what="turnover" />
        )
      ) : current.length === 0 ? (
        <Empty title="No bets in this range." />
      ) : look === 'chart' ? (
        <>
          <ol class="pairs" aria-label={`Turnover by ${group.toLowerCase()}, highest first`}>
            {current.map((row) => (
              <li key={name(row)}>
                <span class="pairs-name" title={name(row)}>
                  {name(row)}
                </span>
                <span class="pairs-bars" aria-hidden="true">
                  <i class="turnover" style={{ width: `${(row.turnover / most) * 100}%` }} />
                  <i class="payout" style={{ width: `${(row.payout / most) * 100}%` }} />
                </span>
                <span class="pairs-value">
                  {money(row.turnover)}
                  <small>
                    <span class="hidden">, paid out </span>
                    {money(row.payout)}
                  </small>
                </span>
              </li>
            ))}
          </ol>
          <ul class="legend">
            <li>
              <i class="turnover" aria-hidden="true" />
              turnover
            </li>
            <li>
              <i class="payout" aria-hidden="true" />
              paid out
            </li>
          </ul>
        </>
      ) : (
        <div class="table-scroll" tabIndex={0} role="region" aria-label="Turnover">
          <table>
            <caption class="hidden">Turnover by {group.toLowerCase()}, highest first</caption>
            <thead>
              <tr>
                <th scope="col">{group}</th>
                <th scope="col" class="number">Bets</th>
                <th scope="col" class="number">Turnover</th>
                <th scope="col" class="number">Paid out</th>
                <th scope="col" class="number">Average bet</th>
                <th scope="col" class="number">Average odds</th>
              </tr>
            </thead>
            <tbody>
              {current.map((row) => (
                <tr key={name(row)}>
                  <th scope="row">{name(row)}</th>
                  <td class="number">{whole(row.count)}</td>
                  <td class="number">{money(row.turnover)}</td>
                  <td class="number">{money(row.payout)}</td>
                  <td class="number">{row.averageBet === null ? '–' : money(row.averageBet)}</td>
                  <td class="number">{row.averageOdds === null ? '–' : money(row.averageOdds)}</td>
                </tr>
              ))}
            </tbody>
          </table>
        </div>
      )}
    </Panel>
  );
}
