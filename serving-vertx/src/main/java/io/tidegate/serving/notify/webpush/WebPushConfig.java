package io.tidegate.serving.notify.webpush;

import io.tidegate.serving.config.ConfigException;
import io.tidegate.serving.config.YamlSection;
import java.nio.file.Path;
import java.util.Optional;

/**
 * The notifier's section {@code webPush}; without {@code privateKeyFile} web push is off.
 *
 * @param subject {@code mailto:} or {@code https:}, for the people who run the push services
 */
public record WebPushConfig(VapidKey key, String subject) {

    public static Optional<WebPushConfig> read(YamlSection yaml, Path directory) {
        Optional<Path> privateFile = yaml.text("privateKeyFile").map(directory::resolve);
        if (privateFile.isEmpty()) {
            yaml.finish();
            return Optional.empty();
        }
        Path publicFile = directory.resolve(yaml.requiredText("publicKeyFile"));
        String subject = yaml.requiredText("subject");
        if (!subject.matches("(mailto:|https://)[^\"\\\\\\s]+")) {
            throw new ConfigException(yaml.name("subject"), "must be mailto:… or https://… (was '" + subject + "')");
        }
        yaml.finish();
        return Optional.of(new WebPushConfig(
                VapidKey.load(yaml.name("privateKeyFile"), privateFile.get(), yaml.name("publicKeyFile"), publicFile),
                subject));
    }
}
