package io.tidegate.serving.notify.settings;

import io.tidegate.serving.config.YamlSection;
import io.tidegate.serving.notify.webhook.AddressPolicy;
import java.nio.file.Path;
import java.util.Optional;

/**
 * The gateway's section {@code notifier}: what its API for webhooks, preferences and push subscriptions needs.
 *
 * @param keyFile the notifier's {@code settings.keyFile}; without it these paths answer 501
 * @param vapidPublicKeyFile PEM of the notifier's web push key; without it push subscriptions answer 501
 * @param addresses which URLs are refused at once; as the notifier's {@code outbound}, which decides
 */
public record NotifyConfig(Optional<Path> keyFile, Optional<Path> vapidPublicKeyFile, AddressPolicy addresses) {

    public static NotifyConfig read(YamlSection yaml, Path directory) {
        NotifyConfig config = new NotifyConfig(
                yaml.text("keyFile").map(directory::resolve),
                yaml.text("vapidPublicKeyFile").map(directory::resolve),
                AddressPolicy.read(yaml));
        yaml.finish();
        return config;
    }
}
