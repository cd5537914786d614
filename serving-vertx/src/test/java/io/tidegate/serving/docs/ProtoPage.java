package io.tidegate.serving.docs;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Locale;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * docs/proto.md, made of the {@code .proto} files and their comments. They are read as they are written here: one thing on a line,
 * comments on the lines before it; whatever else they should hold one day is refused, not left out.
 */
final class ProtoPage {

    private static final List<String> FILES =
            List.of("services", "event", "alert", "notification", "counter", "rule", "ledger", "notifier");

    private static final Pattern BLOCK = Pattern.compile("(service|message|enum|oneof) (\\w+) \\{(})?");
    private static final Pattern RPC =
            Pattern.compile("rpc (\\w+)\\((stream )?(\\w+)\\) returns \\((stream )?(\\w+)\\);");
    private static final Pattern FIELD =
            Pattern.compile("(repeated |optional )?(map<\\w+, \\w+>|[\\w.]+) (\\w+) = (\\d+);");
    private static final Pattern VALUE = Pattern.compile("(\\w+) = (\\d+);");
    private static final Pattern IGNORED = Pattern.compile("(syntax|package|option|import|reserved)\\b.*;");

    private static final String HEAD = """
            # The protobuf contract

            Generated from [the .proto files](../contracts/src/main/proto/tidegate/v1); `ProtoPageTest` fails where it isn't up to date, and writes it anew with
            `TIDEGATE_WRITE_DOCS=1`. How to call the services: [grpc.md](grpc.md). Everywhere: an empty text or 0 means "not given"; `…_e4` are whole
            ten-thousandths; `…_ms` are epoch milliseconds, UTC. Field numbers never change their meaning.
            """;

    private final StringBuilder page = new StringBuilder(HEAD);
    private final List<String> comment = new ArrayList<>();
    /** Open blocks, the innermost first: its kind. */
    private final Deque<String> open = new ArrayDeque<>();

    private String oneof = "";
    private boolean table;

    private ProtoPage() {}

    /** @param directory with the {@code .proto} files */
    static String of(Path directory) throws IOException {
        ProtoPage made = new ProtoPage();
        for (String name : FILES) {
            made.file(directory.resolve(name + ".proto"));
        }
        try (var all = Files.list(directory)) {
            long count = all.count();
            if (count != FILES.size()) {
                throw new IllegalStateException(count + " files in " + directory + ", " + FILES.size() + " known here");
            }
        }
        return made.page.toString();
    }

    private void file(Path file) throws IOException {
        page.append("\n## ").append(file.getFileName()).append('\n');
        boolean head = true;
        for (String raw : Files.readAllLines(file)) {
            String line = raw.strip();
            if (line.startsWith("//")) {
                comment.add(line.substring(2).strip());
            } else if (line.isEmpty()) {
                continue;
            } else if (IGNORED.matcher(line).matches()) {
                if (head && !comment.isEmpty()) {
                    page.append('\n').append(said()).append('\n');
                }
                head = false;
            } else {
                line(line, file);
            }
        }
    }

    private void line(String line, Path file) {
        Matcher block = BLOCK.matcher(line);
        Matcher rpc = RPC.matcher(line);
        Matcher value = VALUE.matcher(line);
        Matcher field = FIELD.matcher(line);
        if (block.matches()) {
            begin(block.group(1), block.group(2));
            if (block.group(3) != null) {
                open.pop();
            }
        } else if (line.equals("}")) {
            if (open.pop().equals("oneof")) {
                oneof = "";
            }
        } else if (rpc.matches()) {
            row(
                    "| method | request | answer | |\n|---|---|---|---|\n",
                    "`" + rpc.group(1) + "`",
                    type(rpc.group(2), rpc.group(3)),
                    type(rpc.group(4), rpc.group(5)));
        } else if (value.matches() && "enum".equals(open.peek())) {
            row("| value | number | |\n|---|---|---|\n", "`" + value.group(1) + "`", value.group(2));
        } else if (field.matches()) {
            row(
                    "| field | type | number | |\n|---|---|---|---|\n",
                    "`" + field.group(3) + "`",
                    type(field.group(1), field.group(2)),
                    field.group(4) + (oneof.isEmpty() ? "" : ", one of `" + oneof + "`"));
        } else {
            throw new IllegalStateException(file.getFileName() + ": not understood: " + line);
        }
    }

    private void begin(String kind, String name) {
        open.push(kind);
        if (kind.equals("oneof")) {
            oneof = name;
            return;
        }
        table = false;
        page.append("\n### ")
                .append(kind.equals("service") ? "service " : "")
                .append(name)
                .append("\n");
        if (!comment.isEmpty()) {
            page.append('\n').append(said()).append('\n');
        }
    }

    private void row(String head, String... cells) {
        if (!table) {
            page.append('\n').append(head);
            table = true;
        }
        for (String cell : cells) {
            page.append("| ").append(cell).append(' ');
        }
        page.append("| ").append(said().replace("|", "\\|")).append(" |\n");
    }

    /** Names of messages and enums lead to where they are described. */
    private static String type(String prefix, String name) {
        String before = prefix == null ? "" : prefix.strip() + " ";
        return before
                + (Character.isUpperCase(name.charAt(0))
                        ? "[" + name + "](#" + name.toLowerCase(Locale.ROOT) + ")"
                        : "`" + name + "`");
    }

    /** The comment before; it is said once. */
    private String said() {
        String text = String.join(" ", comment);
        comment.clear();
        return text;
    }
}
