package io.tidegate.jobs.rules;

import java.lang.reflect.Type;
import java.util.Map;
import org.apache.flink.api.common.serialization.SerializerConfig;
import org.apache.flink.api.common.typeinfo.TypeInfoFactory;
import org.apache.flink.api.common.typeinfo.TypeInformation;
import org.apache.flink.api.common.typeutils.TypeSerializer;

/** Type information of {@link Rule}, so that it never falls to Kryo; {@code TypeInformation.of(Rule.class)} finds it. */
public final class RuleTypeInfo extends TypeInformation<Rule> {

    private static final long serialVersionUID = 1L;

    /** For Flink. */
    public static final class Factory extends TypeInfoFactory<Rule> {

        @Override
        public TypeInformation<Rule> createTypeInfo(Type type, Map<String, TypeInformation<?>> parameters) {
            return new RuleTypeInfo();
        }
    }

    @Override
    public boolean isBasicType() {
        return false;
    }

    @Override
    public boolean isTupleType() {
        return false;
    }

    @Override
    public int getArity() {
        return 1;
    }

    @Override
    public int getTotalFields() {
        return 1;
    }

    @Override
    public Class<Rule> getTypeClass() {
        return Rule.class;
    }

    @Override
    public boolean isKeyType() {
        return false;
    }

    @Override
    public TypeSerializer<Rule> createSerializer(SerializerConfig config) {
        return RuleSerializer.INSTANCE;
    }

    @Override
    public String toString() {
        return "Rule";
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof RuleTypeInfo;
    }

    @Override
    public int hashCode() {
        return RuleTypeInfo.class.hashCode();
    }

    @Override
    public boolean canEqual(Object other) {
        return other instanceof RuleTypeInfo;
    }
}
