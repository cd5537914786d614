package io.tidegate.jobs.fraud;

import io.tidegate.jobs.rules.Rule;
import java.util.List;
import org.apache.flink.util.Collector;

/**
 * {@code users} users like one post from one device, or from one address, within the window: bought likes. Subjects
 * {@code post:POST|device:DEVICE} and {@code post:POST|ip:IP}; a like that has both counts for both.
 */
final class LockstepLikes extends DistinctUsers {

    static final String ID = "lockstep-likes";

    private static final long serialVersionUID = 1L;
    private static final String DEVICE = "|device:";
    private static final String IP = "|ip:";

    LockstepLikes(Rule rule) {
        super(rule);
    }

    @Override
    void subjects(FraudEvent event, Collector<SubjectEvent> out) {
        if (event.type() != FraudEventType.LIKE) {
            return;
        }
        if (!event.deviceId().isEmpty()) {
            out.collect(SubjectEvent.of(
                    "post:" + event.postId() + DEVICE + event.deviceId(), event.withOnlyPlace("", event.deviceId())));
        }
        if (!event.ip().isEmpty()) {
            out.collect(
                    SubjectEvent.of("post:" + event.postId() + IP + event.ip(), event.withOnlyPlace(event.ip(), "")));
        }
    }

    @Override
    boolean looksAt(FraudEventType type) {
        return type == FraudEventType.LIKE;
    }

    @Override
    String message(String subject, List<FraudEvent> match) {
        FraudEvent first = match.get(0);
        boolean byDevice = subject.equals("post:" + first.postId() + DEVICE + first.deviceId());
        return match.size() + " users liked post " + first.postId() + " from "
                + (byDevice ? "device " + first.deviceId() : "address " + first.ip()) + " within "
                + FraudText.elapsed(match) + ".";
    }
}
