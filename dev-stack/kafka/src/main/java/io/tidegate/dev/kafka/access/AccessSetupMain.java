package io.tidegate.dev.kafka.access;

import java.io.IOException;
import java.io.Reader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Locale;
import java.util.Map;
import java.util.Properties;
import java.util.concurrent.Callable;
import org.apache.kafka.clients.CommonClientConfigs;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/**
 * {@link AccessSetup} as a command, for deployments. The password of user NAME is environment variable {@code KAFKA_PASSWORD_NAME}. Exit
 * codes: 0 done, 1 failed, 2 bad options.
 */
@Command(
        name = "kafka-access",
        description = "Makes the users and rights of a Kafka cluster what the file says.",
        mixinStandardHelpOptions = true)
public final class AccessSetupMain implements Callable<Integer> {

    @Option(
            names = "--kafka",
            required = true,
            paramLabel = "HOST:PORT[,…]",
            description = "The brokers' BROKERS listener.")
    private String kafka;

    @Option(names = "--config", required = true, paramLabel = "FILE", description = "Client settings of a super user.")
    private Path config;

    @Option(names = "--acl", required = true, paramLabel = "FILE", description = "deploy/kafka/access.acl")
    private Path acl;

    public static void main(String[] args) {
        System.exit(new CommandLine(new AccessSetupMain()).execute(args));
    }

    @Override
    public Integer call() {
        try {
            AccessList list = AccessList.read(acl);
            Map<String, String> passwords = new HashMap<>();
            for (String user : list.users()) {
                String password = System.getenv("KAFKA_PASSWORD_" + user.toUpperCase(Locale.ROOT));
                if (password != null) {
                    passwords.put(user, password);
                }
            }
            Properties properties = new Properties();
            try (Reader reader = Files.newBufferedReader(config)) {
                properties.load(reader);
            }
            Map<String, Object> administrator = new HashMap<>();
            properties.stringPropertyNames().forEach(name -> administrator.put(name, properties.getProperty(name)));
            administrator.put(CommonClientConfigs.BOOTSTRAP_SERVERS_CONFIG, kafka);
            AccessSetup.apply(administrator, list, passwords);
            System.out.println(list.users().size() + " users, " + list.rights().size() + " rights");
            return 0;
        } catch (IOException | IllegalArgumentException | IllegalStateException e) {
            System.err.println("kafka-access: " + e.getMessage());
            return 1;
        }
    }
}
