package io.tidegate.serving.notify.email;

import io.tidegate.contracts.v1.Delivery;
import io.tidegate.contracts.v1.NotificationPreferences;
import io.tidegate.serving.notify.Attempt;
import io.tidegate.serving.notify.Sender;
import io.tidegate.serving.notify.Target;
import io.tidegate.serving.notify.settings.Settings;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.ext.mail.MailClient;
import io.vertx.ext.mail.MailMessage;
import io.vertx.ext.mail.SMTPException;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Sends by SMTP, to the address that the user's preferences have at that moment. Message-ID is the delivery id, so that a repetition
 * can be told by the mail server and the reader. 5xx is given up, everything else tried again.
 */
public final class EmailSender implements Sender {

    private static final Logger LOG = LoggerFactory.getLogger(EmailSender.class);
    private static final Duration TIMEOUT = Duration.ofSeconds(30);

    private final Settings settings;
    private final EmailConfig config;
    private final EmailTemplates templates;
    private final MailClient client;

    public EmailSender(Vertx vertx, Settings settings, EmailConfig config) {
        this.settings = settings;
        this.config = config;
        this.templates = new EmailTemplates(config.templates());
        this.client = MailClient.create(vertx, config.mailConfig());
    }

    @Override
    public Future<Attempt> send(Delivery delivery) {
        Optional<NotificationPreferences> preferences =
                settings.preferences(Target.parse(delivery.getTarget()).owner());
        if (preferences.isEmpty()
                || !preferences.get().getEmail().getEnabled()
                || preferences.get().getEmailAddress().isEmpty()) {
            return Future.succeededFuture(Attempt.cancelled("unsubscribed"));
        }
        EmailTemplates.Rendered rendered = templates.render(delivery);
        String domain = config.from().substring(config.from().indexOf('@') + 1);
        MailMessage message = new MailMessage()
                .setFrom(config.from())
                .setTo(preferences.get().getEmailAddress())
                .setSubject(rendered.subject())
                .setText(rendered.text())
                .setHtml(rendered.html())
                .addHeader("Message-ID", "<" + delivery.getDeliveryId() + "@" + domain + ">")
                .addHeader("Tidegate-Delivery", delivery.getDeliveryId())
                .addHeader("Auto-Submitted", "auto-generated");
        return client.sendMail(message)
                .timeout(TIMEOUT.toMillis(), TimeUnit.MILLISECONDS)
                .map(Attempt.delivered())
                .recover(failure -> Future.succeededFuture(judge(failure)));
    }

    public Future<Void> close() {
        return client.close();
    }

    private static Attempt judge(Throwable failure) {
        if (failure instanceof SMTPException smtp && smtp.getReplyCode() > 0) {
            return smtp.isPermanent()
                    ? Attempt.giveUp("smtp_" + smtp.getReplyCode())
                    : Attempt.retry("smtp_" + smtp.getReplyCode());
        }
        LOG.debug("A mail failed", failure);
        return Attempt.retry(failure instanceof TimeoutException ? "timeout" : "connection");
    }
}
