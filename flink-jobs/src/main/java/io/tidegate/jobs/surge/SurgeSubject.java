package io.tidegate.jobs.surge;

/** What can surge. */
enum SurgeSubject {
    /** Likes of a post. */
    POST("post:", "post-surge"),
    /** Turnover of a game. */
    GAME("game:", "game-surge");

    private final String prefix;
    private final String ruleId;

    SurgeSubject(String prefix, String ruleId) {
        this.prefix = prefix;
        this.ruleId = ruleId;
    }

    /** As in alerts: {@code post:p1}. */
    String of(String id) {
        return prefix + id;
    }

    String id(String subject) {
        return subject.substring(prefix.length());
    }

    String ruleId() {
        return ruleId;
    }

    String endedRuleId() {
        return ruleId + "-ended";
    }

    static SurgeSubject ofSubject(String subject) {
        return subject.startsWith(POST.prefix) ? POST : GAME;
    }
}
