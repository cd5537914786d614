package io.tidegate.serving.notify.email;

import io.tidegate.serving.config.ConfigException;
import io.tidegate.serving.config.YamlSection;
import io.vertx.ext.mail.LoginOption;
import io.vertx.ext.mail.MailConfig;
import io.vertx.ext.mail.StartTLSOptions;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;

/**
 * The notifier's section {@code email}; without {@code host} e-mail is off.
 *
 * @param from sender of every message
 * @param password from {@code passwordFile}, or from the environment variable that {@code passwordVariable} names; never in the file
 *     itself
 * @param trustCertFile PEM of the authorities to trust instead of the JDK's
 */
public record EmailConfig(
        String host,
        int port,
        Security security,
        Optional<String> user,
        Optional<String> password,
        String from,
        Optional<Path> trustCertFile,
        Optional<Path> templates) {

    /** How the connection is protected. */
    public enum Security {
        /** From the first byte, usually on port 465. */
        TLS,
        /** Plain first, but nothing is sent without STARTTLS; the default, usually on port 587. */
        STARTTLS,
        /** None: for a relay on the same machine. */
        NONE
    }

    public static Optional<EmailConfig> read(YamlSection yaml, Path directory) {
        Optional<String> host = yaml.text("host");
        if (host.isEmpty()) {
            yaml.finish();
            return Optional.empty();
        }
        String word = yaml.text("security", "starttls");
        Security security =
                switch (word) {
                    case "tls" -> Security.TLS;
                    case "starttls" -> Security.STARTTLS;
                    case "none" -> Security.NONE;
                    default ->
                        throw new ConfigException(
                                yaml.name("security"), "must be tls, starttls or none (was '" + word + "')");
                };
        int port = yaml.integer("port", security == Security.TLS ? 465 : 587, 1, 65_535);
        Optional<String> user = yaml.text("user");
        Optional<String> password = password(yaml, directory);
        if (user.isPresent() != password.isPresent()) {
            throw new ConfigException(
                    yaml.name("user"), "goes together with email.passwordFile or email.passwordVariable");
        }
        if (user.isPresent() && security == Security.NONE) {
            throw new ConfigException(yaml.name("security"), "must be tls or starttls where there is a password");
        }
        String from = yaml.requiredText("from");
        if (!from.matches("[^\\s<>@\"]+@[A-Za-z0-9.-]+")) {
            throw new ConfigException(yaml.name("from"), "must be an e-mail address (was '" + from + "')");
        }
        EmailConfig config = new EmailConfig(
                host.get(),
                port,
                security,
                user,
                password,
                from,
                yaml.text("trustCertFile").map(directory::resolve),
                yaml.text("templates").map(directory::resolve));
        yaml.finish();
        return Optional.of(config);
    }

    private static Optional<String> password(YamlSection yaml, Path directory) {
        Optional<String> file = yaml.text("passwordFile");
        Optional<String> variable = yaml.text("passwordVariable");
        if (file.isPresent()) {
            try {
                return Optional.of(Files.readString(directory.resolve(file.get()), StandardCharsets.UTF_8)
                        .strip());
            } catch (IOException e) {
                throw new ConfigException(
                        yaml.name("passwordFile"),
                        "cannot read " + file.get() + " (" + e.getClass().getSimpleName() + ")",
                        e);
            }
        }
        if (variable.isPresent() && System.getenv(variable.get()) == null) {
            throw new ConfigException(yaml.name("passwordVariable"), variable.get() + " isn't set in the environment");
        }
        return variable.map(System::getenv);
    }

    MailConfig mailConfig() {
        MailConfig mail = new MailConfig(host, port)
                .setSsl(security == Security.TLS)
                .setStarttls(security == Security.STARTTLS ? StartTLSOptions.REQUIRED : StartTLSOptions.DISABLED)
                .setHostnameVerificationAlgorithm("HTTPS")
                .setLogin(user.isPresent() ? LoginOption.REQUIRED : LoginOption.DISABLED)
                .setMaxPoolSize(4)
                .setConnectTimeout(10_000)
                .setUserAgent("tidegate");
        user.ifPresent(mail::setUsername);
        password.ifPresent(mail::setPassword);
        trustCertFile.ifPresent(
                file -> mail.setTrustOptions(new io.vertx.core.net.PemTrustOptions().addCertPath(file.toString())));
        return mail;
    }

    @Override
    public String toString() {
        return "EmailConfig[host=" + host + ", port=" + port + ", security=" + security + ", from=" + from + "]";
    }
}
