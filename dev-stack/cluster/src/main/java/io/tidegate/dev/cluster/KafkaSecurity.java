package io.tidegate.dev.cluster;

import io.tidegate.dev.kafka.access.AccessList;
import io.tidegate.dev.kafka.access.AccessSetup;
import io.tidegate.dev.kafka.access.BrokerSecurity;
import io.tidegate.dev.kafka.access.Certificates;
import java.io.IOException;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Properties;

/**
 * Names and rights at the brokers, with the files of {@code deploy/kafka}: certificates and passwords of a cluster's own, made once.
 * Below {@code auth/kafka}: {@code ca.pem}, {@code node.p12}, {@code admin.p12}, and {@code admin.properties}, with which an
 * administrator's client starts.
 */
final class KafkaSecurity {

    static final String JOBS = "jobs";
    static final String GATEWAY = "gateway";
    static final String EXPORT = "export";

    private final Path deploy;
    private final Path folder;
    private final Secrets secrets;

    private KafkaSecurity(Path deploy, Path folder, Secrets secrets) {
        this.deploy = deploy;
        this.folder = folder;
        this.secrets = secrets;
    }

    /** Makes what isn't there. */
    static KafkaSecurity prepare(Path home, Path folder, Secrets secrets) throws IOException {
        KafkaSecurity security = new KafkaSecurity(home.resolve("deploy/kafka"), folder, secrets);
        if (!Files.exists(security.administrator())) {
            Certificates.make(folder, secrets.of("kafka.tls"), List.of(ClusterPorts.HOST, "localhost"));
            Properties settings = new Properties();
            settings.putAll(BrokerSecurity.filled(security.deploy.resolve("admin.properties"), security.ofNodes()));
            StringWriter text = new StringWriter();
            settings.store(text, null);
            // Last: without it everything is made again.
            Secrets.write(security.administrator(), text.toString());
        }
        return security;
    }

    /** Client settings of a super user, for the listener of the nodes. */
    Path administrator() {
        return folder.resolve("admin.properties");
    }

    /** A broker's whole configuration. */
    String brokerConfiguration() throws IOException {
        return Files.readString(deploy.resolve("server.properties")) + "\n"
                + Files.readString(deploy.resolve("security.properties"));
    }

    /** What the configuration of a node expects in its environment. */
    Map<String, String> ofNodes() throws IOException {
        return Map.of("KAFKA_TLS_DIRECTORY", folder.toString(), "KAFKA_TLS_PASSWORD", secrets.of("kafka.tls"));
    }

    /** With it in its environment a program of ours proves to be this user. */
    Map<String, String> ofClient(String user) throws IOException {
        return Map.of(
                "TIDEGATE_KAFKA_CONFIG",
                deploy.resolve("client.properties").toString(),
                "KAFKA_USER",
                user,
                "KAFKA_PASSWORD",
                secrets.of("kafka." + user),
                "KAFKA_CA_FILE",
                folder.resolve("ca.pem").toString());
    }

    /** @param administration settings of the administrator's client */
    void apply(Map<String, Object> administration) throws IOException {
        AccessList list = AccessList.read(deploy.resolve("access.acl"));
        Map<String, String> passwords = new HashMap<>();
        for (String user : list.users()) {
            passwords.put(user, secrets.of("kafka." + user));
        }
        AccessSetup.apply(administration, list, passwords);
    }
}
