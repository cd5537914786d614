package io.tidegate.serving.query;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonFactoryBuilder;
import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.core.StreamWriteFeature;
import io.vertx.core.buffer.Buffer;
import io.vertx.ext.web.MIMEHeader;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Optional;

/** How rows are written. Parameter {@code format} chooses, else the header {@code Accept}; JSON where both leave it open. */
enum AnswerFormat implements Parameters.Word {
    /** An array of objects. */
    JSON("application", "json", "application/json") {
        @Override
        <R> void write(Report<R> report, List<R> rows, ByteArrayOutputStream out) throws IOException {
            try (JsonGenerator json = FACTORY.createGenerator(out)) {
                json.writeStartArray();
                RowWriter fields = new JsonFields(json);
                for (R row : rows) {
                    json.writeStartObject();
                    report.write(fields, row);
                    json.writeEndObject();
                }
                json.writeEndArray();
            }
        }
    },
    /** RFC 4180 with a header line. */
    CSV("text", "csv", "text/csv; charset=utf-8; header=present") {
        @Override
        <R> void write(Report<R> report, List<R> rows, ByteArrayOutputStream out) throws IOException {
            CsvFields csv = new CsvFields();
            for (String field : report.fields()) {
                csv.cell(field);
            }
            csv.endLine();
            for (R row : rows) {
                report.write(csv, row);
                csv.endLine();
            }
            out.write(csv.text().getBytes(StandardCharsets.UTF_8));
        }
    };

    /** Neither format suits the client. */
    static final class NotAcceptableException extends Exception {
        private static final long serialVersionUID = 1L;
    }

    private static final JsonFactory FACTORY = new JsonFactoryBuilder()
            .enable(StreamWriteFeature.WRITE_BIGDECIMAL_AS_PLAIN)
            .build();
    private static final int BYTES_PER_ROW = 128;

    private final String type;
    private final String subtype;
    private final String contentType;

    AnswerFormat(String type, String subtype, String contentType) {
        this.type = type;
        this.subtype = subtype;
        this.contentType = contentType;
    }

    abstract <R> void write(Report<R> report, List<R> rows, ByteArrayOutputStream out) throws IOException;

    String contentType() {
        return contentType;
    }

    <R> Buffer encode(Report<R> report, List<R> rows) {
        ByteArrayOutputStream out = new ByteArrayOutputStream(64 + rows.size() * BYTES_PER_ROW);
        try {
            write(report, rows, out);
        } catch (IOException e) {
            throw new UncheckedIOException("writing to memory", e);
        }
        return Buffer.buffer(out.toByteArray());
    }

    /**
     * @param accept the media ranges of the request's {@code Accept}; empty: anything
     */
    static AnswerFormat of(Parameters parameters, List<MIMEHeader> accept)
            throws BadParameterException, NotAcceptableException {
        Optional<AnswerFormat> asked = parameters.word("format", AnswerFormat.class);
        if (asked.isPresent()) {
            return asked.get();
        }
        if (accept.isEmpty()) {
            return JSON;
        }
        MIMEHeader json = JSON.bestOf(accept);
        MIMEHeader csv = CSV.bestOf(accept);
        float jsonWeight = json == null ? 0 : json.weight();
        float csvWeight = csv == null ? 0 : csv.weight();
        if (jsonWeight <= 0 && csvWeight <= 0) {
            throw new NotAcceptableException();
        }
        // Whoever names CSV wants it, though "anything" would weigh the same.
        boolean named = csvWeight > 0 && JSON.exactness(json) < CSV.exactness(csv);
        return csvWeight > jsonWeight || csvWeight == jsonWeight && named ? CSV : JSON;
    }

    /** The most exact range that this format is in, or null. */
    private MIMEHeader bestOf(List<MIMEHeader> accept) {
        MIMEHeader best = null;
        for (MIMEHeader range : accept) {
            if (exactness(range) > exactness(best)) {
                best = range;
            }
        }
        return best;
    }

    private int exactness(MIMEHeader range) {
        if (range == null) {
            return 0;
        }
        if (range.component().equalsIgnoreCase(type)) {
            return range.subComponent().equalsIgnoreCase(subtype)
                    ? 3
                    : range.subComponent().equals("*") ? 2 : 0;
        }
        return range.component().equals("*") ? 1 : 0;
    }
}
