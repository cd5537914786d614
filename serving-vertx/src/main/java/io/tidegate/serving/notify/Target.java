package io.tidegate.serving.notify;

/**
 * Where a delivery goes, as it is written on the topic: {@code webhook:{id}}, {@code email:{userId}}, {@code push:{userId}:{id}}.
 * A user id may contain colons; the others' ids don't.
 *
 * @param owner the user id; of a webhook empty
 * @param id of the webhook or the push subscription; of an e-mail empty
 */
public record Target(Channel channel, String owner, String id) {

    /** How it is sent. */
    public enum Channel {
        WEBHOOK("webhook"),
        EMAIL("email"),
        PUSH("push");

        private final String word;

        Channel(String word) {
            this.word = word;
        }

        public String word() {
            return word;
        }
    }

    public static Target webhook(String id) {
        return new Target(Channel.WEBHOOK, "", id);
    }

    public static Target email(String userId) {
        return new Target(Channel.EMAIL, userId, "");
    }

    public static Target push(String userId, String id) {
        return new Target(Channel.PUSH, userId, id);
    }

    /**
     * @throws IllegalArgumentException if the text is none of the three forms
     */
    public static Target parse(String text) {
        int first = text.indexOf(':');
        String rest = text.substring(first + 1);
        switch (first < 0 ? "" : text.substring(0, first)) {
            case "webhook":
                return webhook(rest);
            case "email":
                return email(rest);
            case "push":
                int last = rest.lastIndexOf(':');
                if (last >= 0) {
                    return push(rest.substring(0, last), rest.substring(last + 1));
                }
                break;
            default:
                break;
        }
        throw new IllegalArgumentException("not a target: " + text);
    }

    @Override
    public String toString() {
        return switch (channel) {
            case WEBHOOK -> "webhook:" + id;
            case EMAIL -> "email:" + owner;
            case PUSH -> "push:" + owner + ":" + id;
        };
    }
}
