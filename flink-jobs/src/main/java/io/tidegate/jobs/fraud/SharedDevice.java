package io.tidegate.jobs.fraud;

import io.tidegate.jobs.rules.Rule;
import java.util.List;
import java.util.stream.Collectors;
import org.apache.flink.util.Collector;

/** {@code users} users log in on one device within the window: accounts run by one hand. Subject {@code device:ID}. */
final class SharedDevice extends DistinctUsers {

    static final String ID = "shared-device";

    private static final long serialVersionUID = 1L;

    SharedDevice(Rule rule) {
        super(rule);
    }

    @Override
    void subjects(FraudEvent event, Collector<SubjectEvent> out) {
        if (event.type() == FraudEventType.LOGIN && !event.deviceId().isEmpty()) {
            out.collect(SubjectEvent.of("device:" + event.deviceId(), event.withOnlyPlace("", event.deviceId())));
        }
    }

    @Override
    boolean looksAt(FraudEventType type) {
        return type == FraudEventType.LOGIN;
    }

    @Override
    String message(String subject, List<FraudEvent> match) {
        String users = match.stream().map(FraudEvent::userId).collect(Collectors.joining(", "));
        return match.size() + " users logged in on device " + match.get(0).deviceId() + " within "
                + FraudText.elapsed(match) + ": " + users + ".";
    }
}
