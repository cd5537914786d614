package io.tidegate.jobs.rules;

import io.tidegate.contracts.rules.RuleRecords;
import io.tidegate.contracts.v1.Severity;
import io.tidegate.jobs.source.ImmutableSerializer;
import java.io.IOException;
import java.math.BigDecimal;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Map;
import org.apache.flink.api.common.typeutils.SimpleTypeSerializerSnapshot;
import org.apache.flink.api.common.typeutils.TypeSerializerSnapshot;
import org.apache.flink.core.memory.DataInputView;
import org.apache.flink.core.memory.DataOutputView;

/**
 * A rule as the message of topic {@code rules}, behind its length in four bytes: state evolves by protobuf's rules. Numbers come back
 * without trailing zeros. Not checked against the catalogue: what was in force stays in force until it is changed.
 */
final class RuleSerializer extends ImmutableSerializer<Rule> {

    private static final long serialVersionUID = 1L;

    static final RuleSerializer INSTANCE = new RuleSerializer();

    private static final Rule NONE = new Rule("", 0, false, Severity.SEVERITY_UNSPECIFIED, Duration.ZERO, Map.of());

    @Override
    public Rule createInstance() {
        return NONE;
    }

    @Override
    public void serialize(Rule rule, DataOutputView target) throws IOException {
        byte[] bytes = RuleRecords.encode(rule.definition()).build().toByteArray();
        target.writeInt(bytes.length);
        target.write(bytes);
    }

    @Override
    public Rule deserialize(DataInputView source) throws IOException {
        byte[] bytes = new byte[source.readInt()];
        source.readFully(bytes);
        io.tidegate.contracts.v1.Rule message = io.tidegate.contracts.v1.Rule.parseFrom(bytes);
        Map<String, BigDecimal> thresholds = new LinkedHashMap<>();
        message.getThresholdsE4Map().forEach((name, value) -> thresholds.put(name, RuleRecords.threshold(value)));
        return new Rule(
                message.getRuleId(),
                message.getVersion(),
                message.getEnabled(),
                message.getSeverity(),
                Duration.ofMillis(message.getWindowMs()),
                thresholds);
    }

    @Override
    public void copy(DataInputView source, DataOutputView target) throws IOException {
        int length = source.readInt();
        target.writeInt(length);
        target.write(source, length);
    }

    @Override
    public TypeSerializerSnapshot<Rule> snapshotConfiguration() {
        return new Snapshot();
    }

    /** Nothing to remember: the message's own rules keep versions compatible. */
    public static final class Snapshot extends SimpleTypeSerializerSnapshot<Rule> {

        /** For Flink. */
        public Snapshot() {
            super(() -> INSTANCE);
        }
    }
}
