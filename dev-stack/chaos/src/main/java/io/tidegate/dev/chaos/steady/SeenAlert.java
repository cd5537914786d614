package io.tidegate.dev.chaos.steady;

import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Collectors;

/**
 * An alert as Prometheus has it.
 *
 * @param state {@code pending} or {@code firing}
 * @param labels without the name
 */
record SeenAlert(String name, String state, Map<String, String> labels) {

    private static final String NAME = "alertname";
    private static final String STATE = "alertstate";

    /** @param labels as they come, the name among them, and the state where it is one of them */
    static SeenAlert of(Map<String, String> labels, String state) {
        Map<String, String> rest = new TreeMap<>(labels);
        String name = rest.remove(NAME);
        String itsOwn = rest.remove(STATE);
        rest.remove("__name__");
        rest.remove("severity");
        return new SeenAlert(name, itsOwn == null ? state : itsOwn, rest);
    }

    boolean fires() {
        return state.equals("firing");
    }

    @Override
    public String toString() {
        String where = labels.entrySet().stream()
                .map(label -> label.getKey() + "=" + label.getValue())
                .collect(Collectors.joining(", "));
        return name + (where.isEmpty() ? "" : " (" + where + ")") + " " + state;
    }
}
