package io.tidegate.dev.cluster;

import java.nio.file.Path;
import java.util.List;
import java.util.Map;

/** Roles that need no build. */
final class FakeRoles {

    private FakeRoles() {}

    static RoleState role(Path directory, String name, List<String> command, int port) {
        return new RoleState(
                name,
                0,
                0,
                "",
                0,
                port,
                directory.resolve(name + ".log").toString(),
                directory.resolve(name + ".out").toString(),
                command,
                Map.of("GREETING", "hello"),
                Readiness.tcp("127.0.0.1:" + port),
                2);
    }

    static ClusterState cluster(RoleState... roles) {
        return new ClusterState(
                "/repository",
                Map.of(),
                List.of(roles),
                "127.0.0.1:1",
                "http://127.0.0.1:2",
                "127.0.0.1:3",
                List.of("http://127.0.0.1:4"),
                List.of("http://127.0.0.1:5"),
                List.of("http://127.0.0.1:6", "http://127.0.0.1:7"),
                List.of("http://127.0.0.1:6", "http://127.0.0.1:7"),
                List.of(),
                "127.0.0.1:8",
                "");
    }
}
