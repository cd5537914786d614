/** An hour in which nothing is to happen, and the death of a broker after it: {@code scripts/steady}. */
package io.tidegate.dev.chaos.steady;
