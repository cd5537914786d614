package io.tidegate.dev.demo.e2e;

import java.util.LinkedHashSet;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** As much of PromQL as is needed to tell which series an expression reads. */
final class PromQl {

    private static final Pattern GROUPING =
            Pattern.compile("\\b(by|without|on|ignoring|group_left|group_right)\\s*\\([^)]*\\)");
    private static final Pattern RANGE = Pattern.compile("\\[[^\\]]*]");
    private static final Pattern OFFSET = Pattern.compile("\\boffset\\s+-?\\w+");
    /** A name that isn't a function's, with what it must match. */
    private static final Pattern SELECTOR = Pattern.compile(
            "(?<![\\w:.])([a-zA-Z_:][\\w:]*)\\s*(\\{(?:[^}\"]|\"(?:[^\"\\\\]|\\\\.)*\")*})?(?!\\s*\\(|[\\w:])");

    private static final Set<String> WORDS = Set.of("and", "or", "unless", "bool", "inf", "nan", "atan2");

    private PromQl() {}

    /** The selectors in an expression, without ranges and offsets: {@code rate(a{b="c"}[5m]) / d} has {@code a{b="c"}} and {@code d}. */
    static Set<String> selectors(String expression) {
        String bare = RANGE.matcher(expression).replaceAll("");
        bare = OFFSET.matcher(bare).replaceAll("");
        bare = GROUPING.matcher(bare).replaceAll("");
        Set<String> selectors = new LinkedHashSet<>();
        Matcher names = SELECTOR.matcher(bare);
        while (names.find()) {
            if (!WORDS.contains(names.group(1).toLowerCase(java.util.Locale.ROOT))) {
                selectors.add(names.group(1) + (names.group(2) == null ? "" : names.group(2)));
            }
        }
        return selectors;
    }
}
