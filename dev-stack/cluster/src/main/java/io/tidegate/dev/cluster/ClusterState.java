package io.tidegate.dev.cluster;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * {@code cluster.json}: the truth about a cluster.
 *
 * @param home the repository it was started from
 * @param ports by role and purpose, see {@link ClusterPorts}
 * @param roles in the order in which they are started
 * @param kafka bootstrap servers
 * @param gateway nginx, over HTTP
 * @param grpc nginx, {@code host:port}
 * @param gateways each of them, over HTTP
 * @param flink REST of every JobManager; the first that answers will do
 * @param clickhouse the engines themselves
 * @param store the addresses that jobs and gateways use: the engines, or what stands before them
 * @param jobArguments of every job, beside those that it needs
 * @param kafkaAdministration where administrators reach the brokers
 * @param kafkaAdministrator the file with their client's settings; empty where the brokers believe everybody
 */
record ClusterState(
        String home,
        Map<String, Integer> ports,
        List<RoleState> roles,
        String kafka,
        String gateway,
        String grpc,
        List<String> gateways,
        List<String> flink,
        List<String> clickhouse,
        List<String> store,
        List<String> jobArguments,
        String kafkaAdministration,
        String kafkaAdministrator) {

    ClusterState {
        // None in a file of before.
        jobArguments = jobArguments == null ? List.of() : List.copyOf(jobArguments);
        kafkaAdministration = kafkaAdministration == null ? kafka : kafkaAdministration;
        kafkaAdministrator = kafkaAdministrator == null ? "" : kafkaAdministrator;
    }

    Additions additions() {
        return new Additions(
                !kafkaAdministrator.isEmpty(),
                role(Roles.REDIS).isPresent(),
                role(MonitoringRoles.PROMETHEUS).isPresent(),
                Optional.empty());
    }

    Optional<RoleState> role(String name) {
        return roles.stream().filter(role -> role.role().equals(name)).findFirst();
    }

    ClusterState with(RoleState changed) {
        List<RoleState> all = new ArrayList<>();
        for (RoleState role : roles) {
            all.add(role.role().equals(changed.role()) ? changed : role);
        }
        return new ClusterState(
                home,
                ports,
                all,
                kafka,
                gateway,
                grpc,
                gateways,
                flink,
                clickhouse,
                store,
                jobArguments,
                kafkaAdministration,
                kafkaAdministrator);
    }
}
