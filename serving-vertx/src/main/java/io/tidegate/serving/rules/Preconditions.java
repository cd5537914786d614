package io.tidegate.serving.rules;

import java.util.HashSet;
import java.util.Optional;
import java.util.Set;
import java.util.function.IntPredicate;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Entity tags of rules: the version in quotes. */
final class Preconditions {

    private static final int MAX_LENGTH = 200;
    private static final Pattern TAG = Pattern.compile("\"(\\d{1,9})\"");

    private Preconditions() {}

    static String tag(int version) {
        return "\"" + version + "\"";
    }

    /**
     * Which versions a header {@code If-Match} allows.
     *
     * @param header null if there is none: then all
     * @return empty where it is no list of tags of this API
     */
    static Optional<IntPredicate> ifMatch(String header) {
        if (header == null || header.strip().equals("*")) {
            return Optional.of(version -> true);
        }
        if (header.length() > MAX_LENGTH) {
            return Optional.empty();
        }
        Set<Integer> versions = new HashSet<>();
        for (String part : header.split(",", -1)) {
            Matcher tag = TAG.matcher(part.strip());
            if (!tag.matches()) {
                return Optional.empty();
            }
            versions.add(Integer.parseInt(tag.group(1)));
        }
        return Optional.of(versions::contains);
    }
}
