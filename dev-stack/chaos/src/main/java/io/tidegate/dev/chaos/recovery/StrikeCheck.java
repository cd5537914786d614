package io.tidegate.dev.chaos.recovery;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;

/** Whether each of some users has exactly one alert. */
final class StrikeCheck {

    private StrikeCheck() {}

    /**
     * @param where the alerts are, for people
     * @param struck who must have one
     * @param alerted whom each alert is about
     * @return a line for each who has none, or more than one
     */
    static List<String> wrong(String where, Set<String> struck, List<String> alerted) {
        Map<String, Integer> counts = new HashMap<>();
        alerted.forEach(user -> counts.merge(user, 1, Integer::sum));
        List<String> wrong = new ArrayList<>();
        for (String user : new TreeSet<>(struck)) {
            int count = counts.getOrDefault(user, 0);
            if (count == 0) {
                wrong.add(user + " has no alert " + where);
            }
        }
        counts.forEach((user, count) -> {
            if (count > 1) {
                wrong.add(user + " has " + count + " alerts " + where);
            }
        });
        return wrong;
    }
}
