package io.tidegate.jobs.source;

import java.io.IOException;
import org.apache.flink.api.common.typeinfo.TypeInformation;
import org.apache.flink.api.common.typeinfo.Types;
import org.apache.flink.api.common.typeutils.TypeSerializerSnapshot;
import org.apache.flink.api.common.typeutils.base.StringSerializer;
import org.apache.flink.core.memory.DataInputView;
import org.apache.flink.core.memory.DataOutputView;
import org.apache.flink.types.StringValue;

/**
 * Keys that are texts: what {@link Types#STRING} is for Flink, in the same bytes and under the same name in savepoints, so that either
 * reads what the other has written. A key is written with each state and each timer it has, in each checkpoint; with Flink's serializer
 * that was most of what a checkpoint of small entries cost, see {@link StoredText}.
 */
public final class TextKeys extends SerializerTypeInfo<String> {

    private static final long serialVersionUID = 1L;

    public static final TypeInformation<String> TYPE = new TextKeys();

    private TextKeys() {
        super(String.class, Serializer.INSTANCE);
    }

    @Override
    public boolean isKeyType() {
        return true;
    }

    private static final class Serializer extends ImmutableSerializer<String> {

        private static final long serialVersionUID = 1L;
        private static final Serializer INSTANCE = new Serializer();

        @Override
        public String createInstance() {
            return "";
        }

        @Override
        public void serialize(String key, DataOutputView target) throws IOException {
            StoredText.write(key, target);
        }

        @Override
        public String deserialize(DataInputView source) throws IOException {
            return StringValue.readString(source);
        }

        @Override
        public void copy(DataInputView source, DataOutputView target) throws IOException {
            StringValue.copyString(source, target);
        }

        /** Flink's own: a savepoint doesn't say which of the two has written it, and need not. */
        @Override
        public TypeSerializerSnapshot<String> snapshotConfiguration() {
            return StringSerializer.INSTANCE.snapshotConfiguration();
        }
    }
}
