package io.tidegate.jobs.alerting;

import io.tidegate.contracts.v1.Alert;
import io.tidegate.jobs.source.ProtobufTypeInfo;
import java.lang.reflect.Type;
import java.util.Map;
import java.util.Objects;
import org.apache.flink.api.common.typeinfo.TypeInfo;
import org.apache.flink.api.common.typeinfo.TypeInfoFactory;
import org.apache.flink.api.common.typeinfo.TypeInformation;
import org.apache.flink.api.common.typeinfo.Types;

/**
 * A match of a rule before suppression.
 *
 * @param alert complete, with its deterministic id
 * @param windowMs the rule's window: how long the same rule stays silent about the same subject afterwards
 */
@TypeInfo(AlertCandidate.Factory.class)
public record AlertCandidate(Alert alert, long windowMs) {

    public AlertCandidate {
        Objects.requireNonNull(alert, "alert");
    }

    /** Keeps the alert off Kryo. */
    public static final class Factory extends TypeInfoFactory<AlertCandidate> {
        @Override
        public TypeInformation<AlertCandidate> createTypeInfo(
                Type type, Map<String, TypeInformation<?>> genericParameters) {
            return Types.POJO(
                    AlertCandidate.class, Map.of("alert", new ProtobufTypeInfo<>(Alert.class), "windowMs", Types.LONG));
        }
    }
}
