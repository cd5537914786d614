package io.tidegate.jobs.rules;

import io.tidegate.jobs.source.SerializerTypeInfo;
import java.lang.reflect.Type;
import java.util.Map;
import org.apache.flink.api.common.typeinfo.TypeInfoFactory;
import org.apache.flink.api.common.typeinfo.TypeInformation;

/** Type information of {@link Rule}, so that it never falls to Kryo; {@code TypeInformation.of(Rule.class)} finds it. */
public final class RuleTypeInfo extends SerializerTypeInfo<Rule> {

    private static final long serialVersionUID = 1L;

    public RuleTypeInfo() {
        super(Rule.class, RuleSerializer.INSTANCE);
    }

    /** For Flink. */
    public static final class Factory extends TypeInfoFactory<Rule> {

        @Override
        public TypeInformation<Rule> createTypeInfo(Type type, Map<String, TypeInformation<?>> parameters) {
            return new RuleTypeInfo();
        }
    }
}
