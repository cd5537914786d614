package io.tidegate.jobs.fraud;

import java.io.IOException;
import org.apache.flink.core.memory.DataInputView;
import org.apache.flink.core.memory.DataOutputView;

/**
 * What the rules about a user look back at. It holds events, not conclusions of a rule: so when a rule changes, its next
 * decision is the new rule's, about the same past.
 */
final class UserHistory extends SubjectHistory {

    private EventRing bets = new EventRing();
    private EventRing likes = new EventRing();
    /** Null until there is one; so are the deposits. */
    private Logins logins;

    private Deposits deposits;

    /** Numbers are amounts in ten-thousandths. */
    EventRing bets() {
        return bets;
    }

    /** Texts are posts. */
    EventRing likes() {
        return likes;
    }

    Logins logins() {
        if (logins == null) {
            logins = new Logins();
        }
        return logins;
    }

    Deposits deposits() {
        if (deposits == null) {
            deposits = new Deposits();
        }
        return deposits;
    }

    /**
     * Takes an event up, after the rules have decided about it.
     *
     * @return false where a flood made it, or a lesser one, be forgotten
     */
    boolean add(FraudEvent event, UserNeeds needs) {
        long timeMs = event.timeMs();
        switch (event.type()) {
            case BET -> {
                bets.dropBefore(timeMs - needs.betsWindowMs());
                bets.add(timeMs, event.eventId(), event.amountE4(), "", needs.bets());
                if (deposits != null) {
                    deposits.bet(event.amountE4());
                }
                return true;
            }
            case LIKE -> {
                likes.dropBefore(timeMs - needs.likesWindowMs());
                likes.add(timeMs, event.eventId(), 0, event.postId(), needs.likes());
                return true;
            }
            case LOGIN -> {
                return logins().add(event, needs.loginsWindowMs());
            }
            case DEPOSIT -> {
                return deposits().add(event, needs.depositsWindowMs());
            }
            default -> {
                return true;
            }
        }
    }

    UserHistory copy() {
        UserHistory copy = new UserHistory();
        copyTo(copy);
        copy.bets = bets.copy();
        copy.likes = likes.copy();
        copy.logins = logins == null ? null : logins.copy();
        copy.deposits = deposits == null ? null : deposits.copy();
        return copy;
    }

    void write(DataOutputView target) throws IOException {
        writeCommon(target);
        bets.write(target);
        likes.write(target);
        target.writeBoolean(logins != null);
        if (logins != null) {
            logins.write(target);
        }
        target.writeBoolean(deposits != null);
        if (deposits != null) {
            deposits.write(target);
        }
    }

    static UserHistory read(DataInputView source) throws IOException {
        UserHistory history = new UserHistory();
        history.readCommon(source);
        history.bets = EventRing.read(source);
        history.likes = EventRing.read(source);
        history.logins = source.readBoolean() ? Logins.read(source) : null;
        history.deposits = source.readBoolean() ? Deposits.read(source) : null;
        return history;
    }
}
