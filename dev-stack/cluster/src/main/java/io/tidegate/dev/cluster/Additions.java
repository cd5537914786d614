package io.tidegate.dev.cluster;

import java.net.URI;
import java.util.Optional;

/**
 * What a cluster has beyond what it needs. What it has once, it has until its directory is deleted.
 *
 * @param secure the brokers ask for names and grant what {@code deploy/kafka/access.acl} says
 * @param redis Redis, and the export of live counters
 * @param monitoring Prometheus with the deployed rules, Alertmanager, and the exporters that they need
 * @param alertsTo where Alertmanager says what fires; empty for nowhere
 */
public record Additions(boolean secure, boolean redis, boolean monitoring, Optional<URI> alertsTo) {

    public static final Additions NONE = new Additions(false, false, false, Optional.empty());

    public Additions withSecurity() {
        return new Additions(true, redis, monitoring, alertsTo);
    }

    public Additions withRedis() {
        return new Additions(secure, true, monitoring, alertsTo);
    }

    public Additions withMonitoring(Optional<URI> receiver) {
        return new Additions(secure, redis, true, receiver);
    }

    Additions and(Additions before) {
        return new Additions(secure || before.secure, redis || before.redis, monitoring || before.monitoring, alertsTo);
    }
}
