package io.tidegate.replay.mapping;

import io.tidegate.replay.rows.Row;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;

/** Text with columns in braces: {@code page-{receiver}}. A doubled brace is a brace. */
public final class TextTemplate implements FieldValue {

    private final List<Part> parts;

    private TextTemplate(List<Part> parts) {
        this.parts = parts;
    }

    /** @param isColumn {@code text} names a column; else it is the text itself */
    private record Part(boolean isColumn, String text) {}

    static TextTemplate parse(String template) {
        List<Part> parts = new ArrayList<>();
        StringBuilder literal = new StringBuilder();
        int i = 0;
        while (i < template.length()) {
            char c = template.charAt(i);
            boolean doubled = i + 1 < template.length() && template.charAt(i + 1) == c;
            if ((c == '{' || c == '}') && doubled) {
                literal.append(c);
                i += 2;
            } else if (c == '{') {
                int end = template.indexOf('}', i);
                if (end <= i + 1) {
                    throw new SyntaxException("'" + template + "': a { at position " + (i + 1)
                            + " without a column's name and a }; a brace itself is written twice");
                }
                if (!literal.isEmpty()) {
                    parts.add(new Part(false, literal.toString()));
                    literal.setLength(0);
                }
                parts.add(new Part(true, template.substring(i + 1, end)));
                i = end + 1;
            } else if (c == '}') {
                throw new SyntaxException("'" + template + "': a } at position " + (i + 1)
                        + " that closes nothing; a brace itself is written twice");
            } else {
                literal.append(c);
                i++;
            }
        }
        if (!literal.isEmpty() || parts.isEmpty()) {
            parts.add(new Part(false, literal.toString()));
        }
        return new TextTemplate(List.copyOf(parts));
    }

    @Override
    public String render(Row row) {
        if (parts.size() == 1) {
            return render(parts.get(0), row);
        }
        StringBuilder text = new StringBuilder();
        for (Part part : parts) {
            String value = render(part, row);
            if (value == null) {
                return null;
            }
            text.append(value);
        }
        return text.toString();
    }

    private static String render(Part part, Row row) {
        return part.isColumn() ? row.get(part.text()) : part.text();
    }

    @Override
    public Set<String> columns() {
        Set<String> columns = new LinkedHashSet<>();
        parts.stream().filter(Part::isColumn).map(Part::text).forEach(columns::add);
        return columns;
    }

    boolean isConstant() {
        return parts.stream().noneMatch(Part::isColumn);
    }
}
