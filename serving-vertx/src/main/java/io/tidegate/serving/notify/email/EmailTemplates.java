package io.tidegate.serving.notify.email;

import io.tidegate.contracts.EnumWords;
import io.tidegate.contracts.v1.Delivery;
import io.tidegate.contracts.v1.Notice;
import io.tidegate.serving.config.ConfigException;
import io.tidegate.serving.notify.Notices;
import io.tidegate.serving.push.AlertJson;
import io.tidegate.serving.push.DataJson;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.function.UnaryOperator;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * The messages, by kind: {@code NAME.txt} (its first line is the subject) and {@code NAME.html}, where NAME is a kind or {@code digest};
 * {@code item.txt} and {@code item.html} are one entry of a digest. Files of a configured directory come before the built-in ones.
 *
 * <p>{@code {{title}}, {{message}}, {{subject}}, {{severity}}, {{rule}}, {{at}}, {{kind}}, {{count}}} are replaced; in HTML they are
 * escaped, in a subject line breaks become spaces. A digest has {@code {{items}}}.
 */
final class EmailTemplates {

    private static final Pattern PLACEHOLDER = Pattern.compile("\\{\\{([a-z]+)}}");

    /** A message ready to be sent. */
    record Rendered(String subject, String text, String html) {}

    private final Map<String, String> templates = new HashMap<>();

    /**
     * @throws ConfigException if a configured file can't be read
     */
    EmailTemplates(Optional<Path> directory) {
        Stream.of(
                        EnumWords.ALERT_KINDS.all().stream(),
                        EnumWords.NOTIFICATION_KINDS.all().stream(),
                        Stream.of("digest", "item"))
                .flatMap(names -> names)
                .flatMap(name -> Stream.of(name + ".txt", name + ".html"))
                .forEach(file -> templates.put(file, load(directory, file)));
    }

    Rendered render(Delivery delivery) {
        if (delivery.getNoticesCount() == 1) {
            Notice notice = delivery.getNotices(0);
            Map<String, String> values = values(notice);
            return rendered(Notices.kind(notice), values, values);
        }
        Map<String, String> text = new HashMap<>(Map.of("count", Integer.toString(delivery.getNoticesCount())));
        Map<String, String> html = new HashMap<>(text);
        text.put(
                "items",
                delivery.getNoticesList().stream()
                        .map(notice -> fill(templates.get("item.txt"), values(notice), value -> value))
                        .collect(Collectors.joining()));
        html.put(
                "items",
                delivery.getNoticesList().stream()
                        .map(notice -> fill(templates.get("item.html"), values(notice), EmailTemplates::escape))
                        .collect(Collectors.joining()));
        return rendered("digest", text, html);
    }

    private Rendered rendered(String name, Map<String, String> text, Map<String, String> html) {
        String template = templates.get(name + ".txt");
        if (template == null) {
            // A kind that is newer than this notifier.
            return rendered("system", text, html);
        }
        int firstLine = template.indexOf('\n');
        return new Rendered(
                fill(template.substring(0, firstLine), text, EmailTemplates::oneLine),
                fill(template.substring(firstLine + 1), text, value -> value),
                // Items are made of escaped parts already.
                fill(
                        templates.get(name + ".html"),
                        html,
                        value -> value.equals(html.get("items")) ? value : escape(value)));
    }

    private static Map<String, String> values(Notice notice) {
        boolean alert = Notices.isAlert(notice);
        return Map.of(
                "title", Notices.title(notice),
                "message", Notices.text(notice),
                "subject", Notices.subject(notice),
                "kind", Notices.kind(notice),
                "severity", alert ? AlertJson.severity(notice.getAlert()) : "",
                "rule", alert ? notice.getAlert().getRuleId() : "",
                "at", DataJson.time(Notices.atMs(notice)));
    }

    private static String fill(String template, Map<String, String> values, UnaryOperator<String> escape) {
        return PLACEHOLDER
                .matcher(template)
                .replaceAll(found -> Matcher.quoteReplacement(escape.apply(values.getOrDefault(found.group(1), ""))));
    }

    static String escape(String text) {
        return text.replace("&", "&amp;")
                .replace("<", "&lt;")
                .replace(">", "&gt;")
                .replace("\"", "&quot;")
                .replace("'", "&#39;");
    }

    /** A line break in a header would begin another header. */
    private static String oneLine(String text) {
        String line = text.replaceAll("[\\p{Cntrl}\\s]+", " ").strip();
        return line.length() > 150 ? line.substring(0, 150) + "…" : line;
    }

    private static String load(Optional<Path> directory, String file) {
        Optional<Path> own = directory.map(path -> path.resolve(file)).filter(Files::exists);
        try {
            if (own.isPresent()) {
                return Files.readString(own.get(), StandardCharsets.UTF_8);
            }
        } catch (IOException e) {
            throw new ConfigException("email.templates", "cannot read " + own.get(), e);
        }
        try (InputStream in = EmailTemplates.class.getResourceAsStream(file)) {
            return new String(in.readAllBytes(), StandardCharsets.UTF_8);
        } catch (IOException e) {
            throw new UncheckedIOException("template " + file, e);
        }
    }
}
