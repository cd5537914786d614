package io.tidegate.jobs.fraud;

/**
 * Comparisons of amounts with multiples of others in 128 bits: exact for every amount, and mostly without an object. Amounts and
 * multipliers are not negative.
 */
final class Exact {

    /** A multiplier of 1, in ten-thousandths. */
    static final long ONE_E4 = 10_000;

    private Exact() {}

    /** Whether {@code value} is at least {@code timesE4} ten-thousandths of {@code other}. */
    static boolean atLeast(long value, long timesE4, long other) {
        return compareProducts(value, ONE_E4, other, timesE4) >= 0;
    }

    /** Compares {@code a * b} with {@code c * d}. */
    static int compareProducts(long a, long b, long c, long d) {
        int byHigh = Long.compare(Math.multiplyHigh(a, b), Math.multiplyHigh(c, d));
        return byHigh != 0 ? byHigh : Long.compareUnsigned(a * b, c * d);
    }

    /** A sum of products, up to 2^127. */
    static final class Sum implements Comparable<Sum> {

        private long high;
        private long low;

        static Sum ofProduct(long a, long b) {
            Sum sum = new Sum();
            sum.addProduct(a, b);
            return sum;
        }

        void addProduct(long a, long b) {
            long before = low;
            low += a * b;
            high += Math.multiplyHigh(a, b) + (Long.compareUnsigned(low, before) < 0 ? 1 : 0);
        }

        @Override
        public int compareTo(Sum other) {
            return high != other.high ? Long.compare(high, other.high) : Long.compareUnsigned(low, other.low);
        }

        @Override
        public boolean equals(Object other) {
            return other instanceof Sum that && high == that.high && low == that.low;
        }

        @Override
        public int hashCode() {
            return Long.hashCode(31 * high + low);
        }
    }
}
