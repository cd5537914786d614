package io.tidegate.client;

import java.util.List;
import java.util.Optional;

/**
 * @param alerts newest first
 * @param next the question for the next page, empty on the last
 */
public record AlertPage(List<Alert> alerts, Optional<AlertQuery> next) {

    public AlertPage {
        alerts = List.copyOf(alerts);
    }
}
