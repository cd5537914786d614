package io.tidegate.jobs.fraud;

import io.tidegate.jobs.rules.Rule;
import java.util.ArrayList;
import java.util.List;
import org.apache.flink.cep.pattern.Pattern;
import org.apache.flink.util.Collector;

/** The user's last {@code likes} likes all within the window: faster than a person reads. */
final class LikeBurst extends FraudPattern implements UserRule {

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
    public UserNeeds needs(UserNeeds others) {
        return others.withLikes(likes - 1, windowMs());
    }

    @Override
    public boolean looksAt(FraudEventType type) {
        return type == FraudEventType.LIKE;
    }

    @Override
    public List<FraudEvent> match(FraudEvent like, UserHistory before) {
        EventRing earlier = before.likes();
        int first = earlier.size() - (likes - 1);
        if (first < 0 || !isWithin(earlier.timeMs(first), like)) {
            return List.of();
        }
        List<FraudEvent> match = new ArrayList<>(likes);
        for (int i = first; i < earlier.size(); i++) {
            match.add(like.earlier(FraudEventType.LIKE, earlier.id(i), earlier.timeMs(i), 0, earlier.text(i), ""));
        }
        match.add(like);
        return match;
    }

    @Override
    String message(String subject, List<FraudEvent> match) {
        long posts = match.stream().map(FraudEvent::postId).distinct().count();
        return "User " + subject + " gave " + match.size() + " likes to " + posts + (posts == 1 ? " post" : " posts")
                + " within " + FraudText.elapsed(match) + ".";
    }
}
