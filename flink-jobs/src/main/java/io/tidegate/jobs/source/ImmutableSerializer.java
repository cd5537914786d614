package io.tidegate.jobs.source;

/** A serializer of values that never change: a value is its own copy, in state and between chained operators. */
public abstract class ImmutableSerializer<T> extends HandWrittenSerializer<T> {

    private static final long serialVersionUID = 1L;

    @Override
    public final boolean isImmutableType() {
        return true;
    }

    @Override
    public final T copy(T from) {
        return from;
    }
}
