package io.tidegate.serving.notify;

import static org.assertj.core.api.Assertions.assertThat;

import io.tidegate.serving.GatewayConfig;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The configuration files of {@code deploy/}, with their placeholders filled in, are ones that we take. */
class DeployedConfigTest {

    @TempDir
    Path directory;

    @Test
    void theGatewaysOfTheComposeFileHaveAConfigurationThatIsTaken() throws IOException {
        GatewayConfig config = GatewayConfig.load(filledIn("gateway/gateway.yaml"));

        assertThat(config.kafka().bootstrapServers()).isEqualTo("kafka-1:9092,kafka-2:9092");
        assertThat(config.clickhouse().password()).isEqualTo("p&ss");
    }

    @Test
    void soHasTheNotifier() throws IOException {
        NotifierWorld.keys(directory);

        assertThat(NotifierConfig.load(filledIn("notifier/notifier.yaml")).ops().port())
                .isEqualTo(8087);
    }

    private Path filledIn(String name) throws IOException {
        Path template = Path.of("..", "deploy").resolve(name);
        String text = Files.readString(template)
                .replace("@KAFKA@", "kafka-1:9092,kafka-2:9092")
                .replace("@CLICKHOUSE_URL@", "http://chproxy:9090")
                .replace("@CLICKHOUSE_DATABASE@", "tidegate_all")
                .replace("@CLICKHOUSE_PASSWORD@", "p&ss")
                .replace(
                        "/etc/tidegate/keys/settings.key",
                        directory.resolve("notifier.key").toString())
                .replace(
                        "/etc/tidegate/keys/vapid-private.pem",
                        directory.resolve("vapid.pem").toString())
                .replace(
                        "/etc/tidegate/keys/vapid-public.pem",
                        directory.resolve("vapid.pub.pem").toString());
        assertThat(text.replaceAll("(?m)^#.*", "")).doesNotContain("@CLICK", "@KAFKA");
        return Files.writeString(directory.resolve(template.getFileName().toString()), text);
    }
}
