package io.tidegate.jobs.fraud;

import io.tidegate.jobs.rules.Rule;
import java.util.List;
import org.apache.flink.cep.pattern.Pattern;
import org.apache.flink.util.Collector;

/** The user's last {@code likes} likes all within the window: faster than a person reads. */
final class LikeBurst extends FraudPattern {

    static final String ID = "like-burst";

    private static final long serialVersionUID = 1L;

    private final int likes;

    LikeBurst(Rule rule) {
        super(rule);
        this.likes = rule.count("likes");
    }

    @Override
    void subjects(FraudEvent event, Collector<SubjectEvent> out) {
        if (event.type() == FraudEventType.LIKE) {
            out.collect(SubjectEvent.ofUser(event));
        }
    }

    @Override
    Pattern<SubjectEvent, ?> pattern() {
        return begin("likes").times(likes).consecutive().within(within());
    }

    @Override
    int length() {
        return likes;
    }

    @Override
    String message(String subject, List<FraudEvent> match) {
        long posts = match.stream().map(FraudEvent::postId).distinct().count();
        return "User " + subject + " gave " + match.size() + " likes to " + posts + (posts == 1 ? " post" : " posts")
                + " within " + FraudText.elapsed(match) + ".";
    }
}
