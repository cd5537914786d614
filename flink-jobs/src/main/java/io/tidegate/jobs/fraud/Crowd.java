package io.tidegate.jobs.fraud;

import io.tidegate.jobs.source.StoredText;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import org.apache.flink.core.memory.DataInputView;
import org.apache.flink.core.memory.DataOutputView;
import org.apache.flink.types.StringValue;

/**
 * The users who lately did something to one subject, and their events, for a rule that is met by {@code n} users.
 *
 * <p>Kept are the {@code n - 1} users whose latest events are the latest of all, and the events since anybody else's last one.
 * That is all that a match can be made of: from an event before that, {@code n} users had been complete earlier. And it makes
 * completion simple: an event completes a match if all {@code n - 1} are there, within the window, and its user is none of
 * them; then the events that are kept are the match's stretch, and the first of each user is its part.
 *
 * <p>So an event costs a look at {@code n - 1} users at most. The events kept are bounded too: of a user who repeats himself
 * without end not every repeat is kept ({@link Thinning}), which may make the match begin later, never not at all.
 */
final class Crowd {

    private static final int FIRST_CAPACITY = 2;

    /** Texts are users, numbers are the events' sequence numbers. */
    private EventRing events = new EventRing();

    private long keptMs;
    private long nextSequence;

    /** The latest user first, with his latest event. */
    private String[] users = {};

    private String[] ids = {};
    private long[] times = {};
    private long[] sequences = {};
    private int size;

    /** An event of a match. */
    record Member(String userId, String eventId, long timeMs, long sequence) {}

    /**
     * Whether {@code event} completes a match.
     *
     * @param userCount how many users a match has
     */
    boolean isCompletedBy(FraudEvent event, long windowMs, int userCount) {
        forget(event.timeMs() - windowMs, userCount);
        return size == userCount - 1 && indexOf(event.userId()) < 0;
    }

    /** The members of the match that an event completes, in their order, without that event. */
    List<Member> members() {
        List<Member> members = new ArrayList<>(size);
        boolean[] found = new boolean[size];
        for (int i = 0; i < events.size() && members.size() < size; i++) {
            int user = indexOf(events.text(i));
            if (!found[user]) {
                found[user] = true;
                members.add(new Member(users[user], events.id(i), events.timeMs(i), events.number(i)));
            }
        }
        for (int user = 0; user < size; user++) {
            if (!found[user]) {
                members.add(new Member(users[user], ids[user], times[user], sequences[user]));
            }
        }
        members.sort(Comparator.comparingLong(Member::sequence));
        return members;
    }

    /**
     * Takes an event up.
     *
     * @return false where it wasn't kept, because there are too many of its user
     */
    boolean add(FraudEvent event, long windowMs, int userCount) {
        forget(event.timeMs() - windowMs, userCount);
        long sequence = nextSequence++;
        int index = indexOf(event.userId());
        boolean keep = index < 0 || Thinning.keeps(events.size(), keptMs, event.timeMs(), windowMs);
        if (keep) {
            events.add(event.timeMs(), event.eventId(), sequence, event.userId(), Integer.MAX_VALUE);
            keptMs = event.timeMs();
        }
        if (index < 0) {
            if (size == users.length) {
                grow(Math.max(FIRST_CAPACITY, 2 * size));
            }
            index = size++;
        }
        moveToFront(index);
        users[0] = event.userId();
        ids[0] = event.eventId();
        times[0] = event.timeMs();
        sequences[0] = sequence;
        keepUsers(userCount - 1);
        return keep;
    }

    private void forget(long beforeMs, int userCount) {
        events.dropBefore(beforeMs);
        while (size > 0 && times[size - 1] < beforeMs) {
            size--;
            users[size] = null;
            ids[size] = null;
        }
        keepUsers(userCount - 1);
    }

    private void keepUsers(int count) {
        while (size > count) {
            size--;
            events.dropThroughNumber(sequences[size]);
            users[size] = null;
            ids[size] = null;
        }
    }

    private int indexOf(String userId) {
        for (int i = 0; i < size; i++) {
            assert SlotCount.touched();
            if (users[i].equals(userId)) {
                return i;
            }
        }
        return -1;
    }

    private void moveToFront(int index) {
        System.arraycopy(users, 0, users, 1, index);
        System.arraycopy(ids, 0, ids, 1, index);
        System.arraycopy(times, 0, times, 1, index);
        System.arraycopy(sequences, 0, sequences, 1, index);
    }

    private void grow(int capacity) {
        users = Arrays.copyOf(users, capacity);
        ids = Arrays.copyOf(ids, capacity);
        times = Arrays.copyOf(times, capacity);
        sequences = Arrays.copyOf(sequences, capacity);
    }

    /** Events kept. */
    int size() {
        return events.size();
    }

    Crowd copy() {
        Crowd copy = new Crowd();
        copy.events = events.copy();
        copy.keptMs = keptMs;
        copy.nextSequence = nextSequence;
        copy.users = users.clone();
        copy.ids = ids.clone();
        copy.times = times.clone();
        copy.sequences = sequences.clone();
        copy.size = size;
        return copy;
    }

    void write(DataOutputView target) throws IOException {
        events.write(target);
        target.writeLong(keptMs);
        target.writeLong(nextSequence);
        target.writeInt(size);
        for (int i = 0; i < size; i++) {
            StoredText.write(users[i], target);
            StoredText.write(ids[i], target);
            target.writeLong(times[i]);
            target.writeLong(sequences[i]);
        }
    }

    static Crowd read(DataInputView source) throws IOException {
        Crowd crowd = new Crowd();
        crowd.events = EventRing.read(source);
        crowd.keptMs = source.readLong();
        crowd.nextSequence = source.readLong();
        int size = source.readInt();
        crowd.grow(size);
        for (int i = 0; i < size; i++) {
            crowd.users[i] = StringValue.readString(source);
            crowd.ids[i] = StringValue.readString(source);
            crowd.times[i] = source.readLong();
            crowd.sequences[i] = source.readLong();
        }
        crowd.size = size;
        return crowd;
    }
}
