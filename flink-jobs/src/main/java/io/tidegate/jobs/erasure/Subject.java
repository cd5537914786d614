package io.tidegate.jobs.erasure;

import io.tidegate.contracts.ScopedId;

/**
 * Whose data is erased.
 *
 * @param user not empty
 * @param tenant empty for none
 */
record Subject(String user, String tenant) {

    Subject {
        if (user.isEmpty() || !ScopedId.isPlain(user)) {
            throw new IllegalArgumentException("USER: a user id expected");
        }
        if (!ScopedId.isPlain(tenant)) {
            throw new IllegalArgumentException("--tenant: no tenant has such a name");
        }
    }

    /** As keys of topics have it. */
    String scoped() {
        return ScopedId.of(user, tenant);
    }

    String userSql() {
        return quoted(user);
    }

    String tenantSql() {
        return quoted(tenant);
    }

    /** The id as a word of its own, as the sentences of alerts have it. */
    String wordSql() {
        StringBuilder pattern = new StringBuilder("(^|[^A-Za-z0-9_-])");
        for (char c : user.toCharArray()) {
            // RE2 takes a backslash before any punctuation for the character itself.
            if (c < 128 && !Character.isLetterOrDigit(c)) {
                pattern.append('\\');
            }
            pattern.append(c);
        }
        return quoted(pattern.append("([^A-Za-z0-9_-]|$)").toString());
    }

    private static String quoted(String text) {
        return "'" + text.replace("\\", "\\\\").replace("'", "\\'") + "'";
    }
}
