package io.tidegate.jobs.fraud;

import io.tidegate.jobs.source.StoredText;
import java.io.IOException;
import org.apache.flink.core.memory.DataInputView;
import org.apache.flink.core.memory.DataOutputView;
import org.apache.flink.types.StringValue;

/**
 * A user's latest logins with their countries. The latest login of all and the latest from another country than that decide
 * at once whether there was any from elsewhere, however many there are; the earliest is looked for only when it is asked for.
 * Of a flood not every login is kept ({@link Thinning}), so the earliest found may be later than it was; whether there was one
 * stays exact.
 */
final class Logins {

    /** Texts are countries. */
    private EventRing kept = new EventRing();

    private long keptMs;

    private String latestCountry = "";
    private String latestId = "";
    private long latestMs = Long.MIN_VALUE;

    /** The latest login from another country than {@link #latestCountry}. */
    private String otherCountry = "";

    private String otherId = "";
    private long otherMs = Long.MIN_VALUE;

    /** A login as a match needs it. */
    record Login(String eventId, String country, long timeMs) {}

    /** Whether a login since {@code sinceMs} came from another country. */
    boolean anyElsewhere(String country, long sinceMs) {
        assert SlotCount.touched();
        return latestCountry.equals(country)
                ? !otherCountry.isEmpty() && otherMs >= sinceMs
                : !latestCountry.isEmpty() && latestMs >= sinceMs;
    }

    /** The earliest kept login since {@code sinceMs} from another country, where {@link #anyElsewhere}. */
    Login earliestElsewhere(String country, long sinceMs) {
        for (int i = 0; i < kept.size(); i++) {
            if (kept.timeMs(i) >= sinceMs && !kept.text(i).equals(country)) {
                return new Login(kept.id(i), kept.text(i), kept.timeMs(i));
            }
        }
        return latestCountry.equals(country)
                ? new Login(otherId, otherCountry, otherMs)
                : new Login(latestId, latestCountry, latestMs);
    }

    /** @return false where it wasn't kept, because there are too many */
    boolean add(FraudEvent login, long windowMs) {
        if (!latestCountry.equals(login.country())) {
            otherCountry = latestCountry;
            otherId = latestId;
            otherMs = latestMs;
        }
        latestCountry = login.country();
        latestId = login.eventId();
        latestMs = login.timeMs();
        kept.dropBefore(login.timeMs() - windowMs);
        boolean keep = Thinning.keeps(kept.size(), keptMs, login.timeMs(), windowMs);
        if (keep) {
            kept.add(login.timeMs(), login.eventId(), 0, login.country(), Thinning.LIMIT);
            keptMs = login.timeMs();
        }
        return keep;
    }

    int size() {
        return kept.size();
    }

    Logins copy() {
        Logins copy = new Logins();
        copy.kept = kept.copy();
        copy.keptMs = keptMs;
        copy.latestCountry = latestCountry;
        copy.latestId = latestId;
        copy.latestMs = latestMs;
        copy.otherCountry = otherCountry;
        copy.otherId = otherId;
        copy.otherMs = otherMs;
        return copy;
    }

    void write(DataOutputView target) throws IOException {
        kept.write(target);
        target.writeLong(keptMs);
        StoredText.write(latestCountry, target);
        StoredText.write(latestId, target);
        target.writeLong(latestMs);
        StoredText.write(otherCountry, target);
        StoredText.write(otherId, target);
        target.writeLong(otherMs);
    }

    static Logins read(DataInputView source) throws IOException {
        Logins logins = new Logins();
        logins.kept = EventRing.read(source);
        logins.keptMs = source.readLong();
        logins.latestCountry = StringValue.readString(source);
        logins.latestId = StringValue.readString(source);
        logins.latestMs = source.readLong();
        logins.otherCountry = StringValue.readString(source);
        logins.otherId = StringValue.readString(source);
        logins.otherMs = source.readLong();
        return logins;
    }
}
