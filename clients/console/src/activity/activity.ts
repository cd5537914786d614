// What the activity endpoint says, as series over time.

export interface ActivityRow {
  bucket: string;
  type: string;
  count: number;
  users: number;
}

export interface Series {
  name: string;
  /** One for each bucket. */
  values: number[];
  total: number;
}

export interface Timeline {
  /** Start of each bucket, epoch milliseconds. */
  starts: number[];
  series: Series[];
  /** Of all series in a bucket. */
  highest: number;
}

/** As many as there are colours. */
const SERIES = 6;

/**
 * @param from start of the first bucket
 * @returns every bucket, empty ones included; the busiest types each as a series, the rest as one
 */
export function timeline(rows: readonly ActivityRow[], from: number, to: number, stepMs: number): Timeline {
  const count = Math.max(1, Math.ceil((to - from) / stepMs));
  const starts = Array.from({ length: count }, (_, index) => from + index * stepMs);
  const byType = new Map<string, Series>();
  for (const row of rows) {
    const index = Math.floor((Date.parse(row.bucket) - from) / stepMs);
    if (index >= 0 && index < count) {
      const series = byType.get(row.type) ?? { name: row.type, values: new Array<number>(count).fill(0), total: 0 };
      series.values[index]! += row.count;
      series.total += row.count;
      byType.set(row.type, series);
    }
  }
  const all = [...byType.values()].sort((a, b) => b.total - a.total || (a.name < b.name ? -1 : 1));
  const series = all.length <= SERIES ? all : [...all.slice(0, SERIES - 1), together(all.slice(SERIES - 1))];
  const highest = Math.max(0, ...starts.map((_, index) => series.reduce((sum, one) => sum + one.values[index]!, 0)));
  return { starts, series, highest };
}

function together(some: Series[]): Series {
  return {
    name: 'other',
    values: some[0]!.values.map((_, index) => some.reduce((sum, one) => sum + one.values[index]!, 0)),
    total: some.reduce((sum, one) => sum + one.total, 0),
  };
}

/** The next number of the form 1, 2 or 5 times a power of ten: the end of an axis. */
export function axisEnd(highest: number): number {
  if (highest <= 1) {
    return 1;
  }
  const power = 10 ** Math.floor(Math.log10(highest));
  return [1, 2, 5, 10].map((step) => step * power).find((end) => end >= highest)!;
}
