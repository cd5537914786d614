package io.tidegate.sql.clickhouse;

import java.math.BigDecimal;
import java.math.BigInteger;
import java.net.InetAddress;
import java.sql.Date;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Timestamp;
import java.sql.Types;
import java.time.Instant;
import java.time.LocalDate;
import java.time.LocalDateTime;
import java.time.ZoneOffset;
import java.time.ZonedDateTime;
import java.time.format.DateTimeFormatter;
import java.time.format.DateTimeFormatterBuilder;
import java.time.temporal.ChronoField;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.apache.flink.connector.jdbc.core.database.dialect.JdbcDialectConverter;
import org.apache.flink.connector.jdbc.statement.FieldNamedPreparedStatement;
import org.apache.flink.table.data.ArrayData;
import org.apache.flink.table.data.DecimalData;
import org.apache.flink.table.data.GenericArrayData;
import org.apache.flink.table.data.GenericMapData;
import org.apache.flink.table.data.GenericRowData;
import org.apache.flink.table.data.MapData;
import org.apache.flink.table.data.RowData;
import org.apache.flink.table.data.StringData;
import org.apache.flink.table.data.TimestampData;
import org.apache.flink.table.types.logical.ArrayType;
import org.apache.flink.table.types.logical.DecimalType;
import org.apache.flink.table.types.logical.LocalZonedTimestampType;
import org.apache.flink.table.types.logical.LogicalType;
import org.apache.flink.table.types.logical.LogicalTypeRoot;
import org.apache.flink.table.types.logical.MapType;
import org.apache.flink.table.types.logical.RowType;
import org.apache.flink.table.types.logical.TimestampType;

/**
 * Rows between ClickHouse and Flink; the types are those of docs/flink-sql.md. A value that doesn't fit its type is an error that names
 * the column, never another value.
 *
 * <p>TIMESTAMP is the wall clock of the column's time zone, TIMESTAMP_LTZ the instant. Decimals and wall clocks travel as text, which
 * ClickHouse reads as what the column is; as numbers they would become floating point on the way.
 */
final class ClickHouseRowConverter implements JdbcDialectConverter {

    private static final long serialVersionUID = 1L;

    /** By the digits of their fraction. */
    private static final List<DateTimeFormatter> WALL_CLOCKS = wallClocks();

    private final RowType rowType;
    private final RowData.FieldGetter[] getters;

    ClickHouseRowConverter(RowType rowType) {
        this.rowType = rowType;
        this.getters = new RowData.FieldGetter[rowType.getFieldCount()];
        for (int i = 0; i < getters.length; i++) {
            getters[i] = RowData.createFieldGetter(rowType.getTypeAt(i), i);
        }
    }

    @Override
    public RowData toInternal(ResultSet row) throws SQLException {
        GenericRowData internal = new GenericRowData(getters.length);
        for (int i = 0; i < getters.length; i++) {
            LogicalType type = rowType.getTypeAt(i);
            try {
                internal.setField(i, internal(type, column(row, i + 1, type)));
            } catch (IllegalArgumentException | ArithmeticException e) {
                throw new SQLException("Column " + rowType.getFieldNames().get(i) + ": " + e.getMessage(), e);
            }
        }
        return internal;
    }

    private static Object column(ResultSet row, int column, LogicalType type) throws SQLException {
        return switch (type.getTypeRoot()) {
            // Not the driver's Timestamps, which can't say every time in every zone.
            case TIMESTAMP_WITHOUT_TIME_ZONE, TIMESTAMP_WITH_LOCAL_TIME_ZONE ->
                row.getObject(column, ZonedDateTime.class);
            case DATE -> row.getObject(column, LocalDate.class);
            case CHAR, VARCHAR -> row.getString(column);
            default -> row.getObject(column);
        };
    }

    private static Object internal(LogicalType type, Object value) throws SQLException {
        if (value == null) {
            return null;
        }
        return switch (type.getTypeRoot()) {
            case BOOLEAN -> value instanceof Boolean flag ? flag : number(value).signum() != 0;
            case TINYINT -> number(value).toBigIntegerExact().byteValueExact();
            case SMALLINT -> number(value).toBigIntegerExact().shortValueExact();
            case INTEGER -> number(value).toBigIntegerExact().intValueExact();
            case BIGINT -> number(value).toBigIntegerExact().longValueExact();
            case FLOAT -> floating(type, value).floatValue();
            case DOUBLE -> floating(type, value).doubleValue();
            case DECIMAL -> decimal((DecimalType) type, number(value));
            case CHAR, VARCHAR -> StringData.fromString(text(value));
            case DATE -> (int) date(value).toEpochDay();
            case TIMESTAMP_WITHOUT_TIME_ZONE -> TimestampData.fromLocalDateTime(wallClock(value));
            case TIMESTAMP_WITH_LOCAL_TIME_ZONE -> TimestampData.fromInstant(instant(value));
            case ARRAY -> array(((ArrayType) type).getElementType(), value);
            case MAP -> map((MapType) type, value);
            default -> throw unsupported(type);
        };
    }

    private static BigDecimal number(Object value) {
        if (value instanceof BigDecimal decimal) {
            return decimal;
        }
        if (value instanceof BigInteger integer) {
            return new BigDecimal(integer);
        }
        if (value instanceof Long || value instanceof Integer || value instanceof Short || value instanceof Byte) {
            return BigDecimal.valueOf(((Number) value).longValue());
        }
        if (value instanceof Boolean flag) {
            return flag ? BigDecimal.ONE : BigDecimal.ZERO;
        }
        throw new IllegalArgumentException("a whole number or a decimal expected, ClickHouse has a "
                + value.getClass().getSimpleName());
    }

    private static Number floating(LogicalType type, Object value) {
        if (value instanceof Number number) {
            return number;
        }
        throw new IllegalArgumentException(type.asSummaryString() + " expected, ClickHouse has a "
                + value.getClass().getSimpleName());
    }

    private static DecimalData decimal(DecimalType type, BigDecimal value) {
        BigDecimal exact = value.setScale(type.getScale());
        DecimalData data = DecimalData.fromBigDecimal(exact, type.getPrecision(), type.getScale());
        if (data == null) {
            throw new ArithmeticException(value.toPlainString() + " is too large for " + type.asSummaryString());
        }
        return data;
    }

    private static String text(Object value) {
        return value instanceof InetAddress address ? address.getHostAddress() : value.toString();
    }

    private static LocalDate date(Object value) {
        return value instanceof Date date ? date.toLocalDate() : (LocalDate) value;
    }

    private static LocalDateTime wallClock(Object value) {
        if (value instanceof ZonedDateTime zoned) {
            return zoned.toLocalDateTime();
        }
        if (value instanceof Timestamp timestamp) {
            return timestamp.toLocalDateTime();
        }
        return (LocalDateTime) value;
    }

    private static Instant instant(Object value) {
        if (value instanceof ZonedDateTime zoned) {
            return zoned.toInstant();
        }
        throw new IllegalArgumentException(
                "TIMESTAMP_LTZ is read from columns only, not from elements; take TIMESTAMP");
    }

    private static ArrayData array(LogicalType elementType, Object value) throws SQLException {
        Object elements = value instanceof java.sql.Array array ? array.getArray() : value;
        int length = elements instanceof List<?> list ? list.size() : java.lang.reflect.Array.getLength(elements);
        Object[] internal = new Object[length];
        for (int i = 0; i < length; i++) {
            Object element = elements instanceof List<?> list ? list.get(i) : java.lang.reflect.Array.get(elements, i);
            internal[i] = internal(elementType, element);
        }
        return new GenericArrayData(internal);
    }

    private static MapData map(MapType type, Object value) throws SQLException {
        Map<Object, Object> internal = new LinkedHashMap<>();
        for (Map.Entry<?, ?> entry : ((Map<?, ?>) value).entrySet()) {
            internal.put(internal(type.getKeyType(), entry.getKey()), internal(type.getValueType(), entry.getValue()));
        }
        return new GenericMapData(internal);
    }

    @Override
    public FieldNamedPreparedStatement toExternal(RowData row, FieldNamedPreparedStatement statement)
            throws SQLException {
        for (int i = 0; i < getters.length; i++) {
            Object value = external(rowType.getTypeAt(i), getters[i].getFieldOrNull(row));
            if (value == null) {
                statement.setNull(i, Types.NULL);
            } else if (value instanceof String text) {
                statement.setString(i, text);
            } else {
                statement.setObject(i, value);
            }
        }
        return statement;
    }

    private static Object external(LogicalType type, Object value) {
        if (value == null) {
            return null;
        }
        return switch (type.getTypeRoot()) {
            case BOOLEAN, TINYINT, SMALLINT, INTEGER, BIGINT, FLOAT, DOUBLE -> value;
            case DECIMAL -> ((DecimalData) value).toBigDecimal().toPlainString();
            case CHAR, VARCHAR -> value.toString();
            case DATE -> LocalDate.ofEpochDay((Integer) value).toString();
            case TIMESTAMP_WITHOUT_TIME_ZONE ->
                text(((TimestampData) value).toLocalDateTime(), ((TimestampType) type).getPrecision());
            // As a number of nanoseconds, which needs no time zone.
            case TIMESTAMP_WITH_LOCAL_TIME_ZONE ->
                truncated(((TimestampData) value).toInstant(), ((LocalZonedTimestampType) type).getPrecision());
            case ARRAY -> elements(((ArrayType) type).getElementType(), (ArrayData) value);
            case MAP -> entries((MapType) type, (MapData) value);
            default -> throw unsupported(type);
        };
    }

    private static String text(LocalDateTime time, int digits) {
        return WALL_CLOCKS.get(digits).format(time);
    }

    private static List<DateTimeFormatter> wallClocks() {
        List<DateTimeFormatter> formatters = new ArrayList<>();
        for (int digits = 0; digits <= 9; digits++) {
            DateTimeFormatterBuilder format = new DateTimeFormatterBuilder().appendPattern("uuuu-MM-dd HH:mm:ss");
            if (digits > 0) {
                format.appendFraction(ChronoField.NANO_OF_SECOND, digits, digits, true);
            }
            formatters.add(format.toFormatter(Locale.ROOT));
        }
        return List.copyOf(formatters);
    }

    private static ZonedDateTime truncated(Instant instant, int digits) {
        long unit = BigInteger.TEN.pow(9 - digits).longValueExact();
        return instant.with(ChronoField.NANO_OF_SECOND, instant.getNano() / unit * unit)
                .atZone(ZoneOffset.UTC);
    }

    private static Object[] elements(LogicalType elementType, ArrayData array) {
        ArrayData.ElementGetter getter = ArrayData.createElementGetter(elementType);
        Object[] elements = new Object[array.size()];
        for (int i = 0; i < elements.length; i++) {
            elements[i] = external(elementType, getter.getElementOrNull(array, i));
        }
        return elements;
    }

    private static Map<Object, Object> entries(MapType type, MapData map) {
        Object[] keys = elements(type.getKeyType(), map.keyArray());
        Object[] values = elements(type.getValueType(), map.valueArray());
        Map<Object, Object> entries = new LinkedHashMap<>();
        for (int i = 0; i < keys.length; i++) {
            entries.put(keys[i], values[i]);
        }
        return entries;
    }

    private static IllegalArgumentException unsupported(LogicalType type) {
        LogicalTypeRoot root = type.getTypeRoot();
        return new IllegalArgumentException(root + " is not supported");
    }
}
