package io.tidegate.replay.events;

import io.tidegate.replay.mapping.Mapping;
import io.tidegate.replay.rows.Row;
import io.tidegate.replay.rows.RowFiles;
import io.tidegate.replay.rows.RowReader;
import java.io.Closeable;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.Deque;
import java.util.List;

/**
 * The events of a file in the order of sending.
 *
 * <p>Unsorted, the file is read as a stream and may have any size. Sorted by time, it is read whole before the first event
 * comes out (1 to 2 kB of memory per row), so a row that can't be read is found before anything is sent. Events
 * with the same time keep the order of their rows, and within a row the order of the mapping.
 */
public final class EventSource implements Closeable {

    private final RowReader rows;
    private final RowEvents rowEvents;
    private final Deque<ReplayEvent> ready = new ArrayDeque<>();
    private long rowsLeft;
    private long rowsUsed;
    private long taken;

    private EventSource(RowReader rows, RowEvents rowEvents, long maxRows) {
        this.rows = rows;
        this.rowEvents = rowEvents;
        this.rowsLeft = maxRows;
    }

    /**
     * @param maxRows use only so many rows: the first of the file or, where the mapping sorts, the oldest
     * @throws io.tidegate.replay.rows.RowException where a row can't be read
     * @throws io.tidegate.replay.mapping.MappingException where the mapping uses a column that the file doesn't have
     */
    public static EventSource open(Path file, Mapping mapping, long maxRows) throws IOException {
        RowReader rows = RowFiles.open(file, mapping);
        try {
            rows.columns().ifPresent(mapping::requireColumns);
            EventSource source = new EventSource(
                    rows, new RowEvents(mapping, file.getFileName().toString()), maxRows);
            if (mapping.sort() == Mapping.Sort.TIME) {
                source.readSorted();
            }
            return source;
        } catch (IOException | RuntimeException e) {
            rows.close();
            throw e;
        }
    }

    private void readSorted() throws IOException {
        record TimedRow(long timeMs, Row row) {}
        List<TimedRow> timed = new ArrayList<>();
        for (Row row = rows.next(); row != null; row = rows.next()) {
            timed.add(new TimedRow(rowEvents.time(row), row));
        }
        // List.sort is stable, so the order of the file decides between equal times.
        timed.sort(Comparator.comparingLong(TimedRow::timeMs));
        int used = (int) Math.min(timed.size(), rowsLeft);
        List<ReplayEvent> events = new ArrayList<>();
        for (int i = 0; i < used; i++) {
            events.addAll(rowEvents.events(timed.get(i).row(), timed.get(i).timeMs()));
            timed.set(i, null); // The row's texts are garbage from here on.
        }
        // An event may be later than its row, and so than the next row's events.
        events.sort(Comparator.comparingLong(ReplayEvent::timeMs));
        ready.addAll(events);
        rowsUsed = used;
        rowsLeft = 0;
    }

    /** The next event, or {@code null} at the end. */
    public ReplayEvent next() throws IOException {
        while (ready.isEmpty() && rowsLeft > 0) {
            Row row = rows.next();
            if (row == null) {
                rowsLeft = 0;
            } else {
                rowsLeft--;
                rowsUsed++;
                ready.addAll(rowEvents.events(row, rowEvents.time(row)));
            }
        }
        ReplayEvent event = ready.poll();
        taken += event == null ? 0 : 1;
        return event;
    }

    /** How many events {@link #next()} has given. */
    public long taken() {
        return taken;
    }

    /** How many events there are in all where that is known already; -1 while the file is still being read. */
    public long knownTotal() {
        return rowsLeft == 0 ? taken + ready.size() : -1;
    }

    public long rowsUsed() {
        return rowsUsed;
    }

    @Override
    public void close() throws IOException {
        rows.close();
    }
}
